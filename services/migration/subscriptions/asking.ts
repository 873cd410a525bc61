/** One side of a migration is asked for somebody's link, at each address that may be the right one. */

import type { Broker } from "../../../cluster";
import { settingsOf } from "../../../cluster/settings";
import type { WayOptions } from "../../../contracts/migration/migration";
import type { LinkAddress } from "../../../domain/migration/link-addresses";
import { Seldom } from "../../../domain/seldom";
import { Revealed } from "../../../mixins/revealed";
import { isEncoded } from "./answer";
import type { Asker } from "./asker";
import { type Question, type Said, Upstream } from "./upstream";

export type Unknown = Extract<Said, { kind: "unknown" }>;
export type Given = Exclude<Said, Unknown | { kind: "absent" }>;
type Empty = Exclude<Said, Given>;

export interface Request {
	readonly side: "source" | "target";
	readonly asker: Asker;
	readonly question: Omit<Question, "address" | "whole" | "own" | "way">;
	readonly way: WayOptions;
	/** The body is base64, to be decoded here. */
	readonly decode: boolean;
}

const WARNING_MS = 1_000;

export class Asking {
	private readonly upstream: Upstream;
	/** Until when they are not said again. */
	private readonly warned = new Seldom(WARNING_MS);

	constructor(private readonly broker: Broker) {
		this.upstream = new Upstream(settingsOf(broker), new Revealed(broker));
	}

	/** The first of these addresses that answers; else what all of them together mean. */
	async ask(addresses: readonly LinkAddress[], request: Request): Promise<Said> {
		const empty: Empty[] = [];
		for (const { address, own } of addresses) {
			// Its own word is the last: what customers see of it may lead back to us.
			if (!own && empty.some(said => said.kind === "absent" && said.own)) break;
			const said = await this.one(address, own, request);
			if (isGiven(said)) return said;
			empty.push(said);
		}
		return meaningOfAll(empty);
	}

	close(): Promise<void> {
		return this.upstream.close();
	}

	private async one(address: string, own: boolean, { side, asker, question, way, decode }: Request): Promise<Said> {
		const said = await this.upstream.ask({ ...question, address, own, way, whole: decode }, asker);
		if (said.kind === "absent") return { ...said, own: own && said.own };
		const isStrange = said.kind === "answer" && decode && !isEncoded(said.held);
		const judged: Said = isStrange ? { kind: "unknown", why: "its answer is no list of links" } : said;
		if (judged.kind === "unknown") this.warn(side, address, judged);
		return judged;
	}

	/** Without the path: whoever knows that is the customer. The same is said once a second, whoever asks how often. */
	private warn(side: string, address: string, { why }: Unknown): void {
		const origin = URL.canParse(address) ? new URL(address).origin : "at no address";
		const said = `${side} ${origin} ${why}`;
		if (!this.warned.isDue(said, performance.now())) return;
		this.broker.logger.warn(`The ${side} ${origin} does not say whether an old link is good: ${why}.`);
	}
}

export const isGiven = (said: Said): said is Given => said.kind === "answer" || said.kind === "refused";

/** Absent only where no address is in doubt; one that leads back to us is none. */
function meaningOfAll(empty: readonly Empty[]): Said {
	const doubt = empty.find(said => said.kind === "unknown" && !said.circle);
	if (doubt) return doubt;
	return (
		empty.find(({ kind }) => kind === "absent") ?? empty[0] ?? { kind: "unknown", why: "its address is not known here" }
	);
}
