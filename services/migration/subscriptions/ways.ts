/** Connections to panels, each by the way that its definition names: headers, certificates, a proxy. */

import type { Settings } from "../../../cluster/settings";
import { ConnectorError } from "../../../connectors/connector";
import { withFiles } from "../../../connectors/files";
import { wayOf } from "../../../connectors/http/options";
import { REACH } from "../../../connectors/http/reach";
import { DIRECT, type OpenWay, openWay, type Way } from "../../../connectors/http/way";
import type { WayOptions } from "../../../contracts/migration/migration";
import { resolveReferences } from "../../../domain/migration/references";

/** As a customer's client has patience for. */
const BOUNDS = { connectMs: 3_000, connections: 64 };

/** To an address that customers see: nobody there gets its secrets. */
const shown = ({ proxy, reach }: Way): Way => ({ ...DIRECT, proxy, reach });

export interface KeptWay {
	/** Tells it from others. */
	readonly name: string;
	/** Of many connections. */
	readonly pool: OpenWay;
	/** Another one, of a single connection that nobody has used. */
	fresh(): OpenWay;
}

export class Ways {
	private readonly kept = new Map<string, KeptWay>();

	/** @param node fills in `${NAME}` and has the files that a way names; whoever may run a migration has named all of these */
	constructor(private readonly node: Pick<Settings, "environment" | "files" | "reach" | "contracts">) {}

	/**
	 * @param own to the panel's own address; what customers see of it may be anybody's, who gets none of its secrets
	 * @throws with a sentence where this node cannot go by it
	 */
	to(options: WayOptions, own: boolean): KeptWay {
		const name = `${own ? "own" : "shown"} ${JSON.stringify(options)}`;
		let kept = this.kept.get(name);
		if (!kept) {
			const way = own ? this.read(options) : shown(this.read(options));
			const bounds = { ...BOUNDS, timeoutMs: this.node.contracts.subscriptions.linkMs };
			kept = {
				name,
				pool: openWay(way, bounds),
				fresh: () => openWay(way, { ...bounds, connections: 1 })
			};
			this.kept.set(name, kept);
		}
		return kept;
	}

	async close(): Promise<void> {
		await Promise.all([...this.kept.values()].map(({ pool }) => pool.close()));
	}

	private read(options: WayOptions): Way {
		const resolved = resolveReferences(options, this.node.environment);
		if (resolved.ok)
			return wayOf({ ...withFiles(resolved.connection, this.node.files), [REACH]: this.node.reach.approved });
		const problems = resolved.unfilled.map(({ problem }) => problem).join("; ");
		throw new ConnectorError("refused", `${problems}, on the node that answers old links`);
	}
}
