/**
 * Each node proves who it is (decision 44), and says nothing that is another's to say: under another node's name, in the name
 * of a service that its identity is not for, of events of such a service, or that it runs one. What its identity is may
 * change while it runs; what an authority withdrew, or what is over, counts no longer at once.
 */

import type { Middleware, ServiceBroker } from "moleculer";
import { type IdentityFiles, IdentityUnusable, openIdentity, watchIdentity } from "../adapters/identity/files";
import type { Identity } from "../adapters/identity/identity";
import type { Peer } from "../adapters/identity/peers";
import { ProvenSeal } from "../adapters/identity/proven-seal";
import { failure } from "../cluster/errors";
import { holdIdentityMode, type IdentityMode } from "../cluster/identity";
import { registerMetrics } from "../cluster/measuring";
import { middleware, type Receive } from "../cluster/middleware";
import { answerUnbegun, beat, beforeHearing, countAsGone } from "../cluster/wire";
import { NODE_METRICS } from "../contracts/node-metrics";
import type { Authorities } from "../domain/platform/identity/authorities";
import { lieIn } from "../domain/platform/identity/lies";
import { isFor } from "../domain/platform/identity/token";
import { textOf } from "../domain/unknown";
import { refusedPackets } from "./refused-packets";
import type { Proving } from "./sealed.middleware";

interface Settings {
	readonly mode: Exclude<IdentityMode, "off">;
	readonly files: IdentityFiles;
}

const gauge = NODE_METRICS.identity;
const LOOK_MS = 1_000;
/** Told when so much of its time is left. */
const LATE_SHARE = 0.2;

/** @returns what proves, for the layer that seals, and the layer behind all that open packets */
export function identified(settings: Settings): { readonly proving: Proving; readonly layer: Middleware } {
	/** Whose packet is being taken; nothing is awaited until it has been. */
	let from: Peer | null = null;
	let own: Own | undefined;
	const layer = middleware({
		name: "identified",
		created(broker: ServiceBroker) {
			holdIdentityMode(broker, settings.mode);
			registerMetrics(broker, { gauge });
		},
		async starting(broker: ServiceBroker) {
			beforeHearing(broker, (kind, payload) => isHonest(broker, from, kind, payload));
		},
		async stopped() {
			own?.end();
		},
		transporterReceive(next: Receive): Receive {
			return (kind, data, sender) => {
				from = sender as Peer | null;
				try {
					return next(kind, data);
				} finally {
					from = null;
				}
			};
		}
	});
	const proving: Proving = (broker, keys) => {
		own = new Own(broker, settings, keys);
		return own.seal;
	};
	return { proving, layer };
}

/** What this node proves, and what it believes of others. */
class Own {
	readonly seal: ProvenSeal;
	private readonly authorities: Authorities;
	private identity: Identity;
	private readonly unwatch: () => void;
	private readonly timer: NodeJS.Timeout;
	private isTold = false;

	/** @throws IdentityUnusable */
	constructor(
		private readonly broker: ServiceBroker,
		{ mode, files }: Settings,
		keys: readonly Buffer[]
	) {
		const { identity, authorities } = openIdentity(files);
		[this.authorities, this.identity] = [authorities, identity];
		const fault = faultOf(broker, identity, authorities);
		if (fault) throw new IdentityUnusable(`The identity in '${files.identity}' is not this node's: ${fault}.`);
		const { namespace, nodeID } = broker;
		const isRequired = mode === "require";
		const heard = (): void => this.look();
		this.seal = new ProvenSeal({ keys, namespace, nodeID, identity, authorities, isRequired, heard });
		this.measure();
		this.unwatch = watchIdentity(files, authorities, {
			identity: fresh => this.become(fresh),
			authorities: () => {
				broker.logger.info("What authorities say was read anew.");
				this.look();
			},
			unusable: sentence => broker.logger.warn(`${sentence} What it said before holds.`)
		});
		this.timer = setInterval(() => this.look(), LOOK_MS).unref();
	}

	end(): void {
		this.unwatch();
		clearInterval(this.timer);
	}

	private become(identity: Identity): void {
		const { logger } = this.broker;
		const { name } = this.identity.said;
		const fault =
			identity.said.name === name
				? faultOf(this.broker, identity, this.authorities)
				: `it is of '${identity.said.name}', and this node began as '${name}': start it anew`;
		if (fault) return void logger.warn(`The new identity of this node is not taken: ${fault}.`);
		this.identity = identity;
		this.seal.become(identity);
		// Others learn of it before the one before is over, or its authority.
		beat(this.broker);
		this.isTold = false;
		this.measure();
		logger.info(`This node has a new identity, until ${dayOf(identity)}.`);
	}

	private measure(): void {
		this.broker.metrics.set(gauge.name, this.identity.said.untilMs / 1000);
	}

	/** Whoever does not count any more is not called, and waits for nothing. */
	private look(): void {
		for (const nodeID of this.seal.fallen) countAsGone(this.broker, nodeID);
		const { said } = this.identity;
		const now = Date.now();
		const mistrust = this.authorities.mistrust(said, now);
		const isLate = said.untilMs - now < (said.untilMs - said.fromMs) * LATE_SHARE;
		if (!this.isTold && (mistrust !== undefined || isLate)) this.tell(mistrust);
	}

	private tell(mistrust: string | undefined): void {
		this.isTold = true;
		const what =
			mistrust === undefined ? `expires at ${dayOf(this.identity)}` : `does not count any more (${mistrust})`;
		this.broker.logger.warn(`This node's identity ${what}: issue another one in its place.`);
	}
}

const dayOf = ({ said }: Identity): string => new Date(said.untilMs).toISOString();

/** Why it cannot be this node's, as the end of a sentence. */
function faultOf(
	{ nodeID, services }: ServiceBroker,
	{ token, said }: Identity,
	authorities: Authorities
): string | undefined {
	const judged = authorities.judge(token, Date.now());
	if (typeof judged === "string") return FAULTS[judged];
	if (!isFor(said, nodeID)) return `it is for ${said.nodes.join(", ")}, and this node is '${nodeID}' (NODE_ID)`;
	const foreign = services.find(({ name }) => !name.startsWith("$") && !said.services.includes(name));
	return foreign && `it may not speak for '${foreign.name}', which this node runs (SERVICES)`;
}

const FAULTS = {
	untrusted: "none of the authorities in NODE_AUTHORITIES_FILE has signed it",
	expired: "it has expired",
	premature: "it does not hold yet",
	withdrawn: "it was withdrawn"
} as const;

/** A lie is counted, and whoever asks by one is told. */
function isHonest(broker: ServiceBroker, from: Peer | null, kind: string, payload: unknown): boolean {
	const lie = from && lieIn(from, kind, payload);
	if (!lie) return true;
	refusedPackets(broker)("impostor", kind, lie);
	const id = textOf(payload, "id");
	if (kind === "REQ" && id !== undefined)
		void answerUnbegun(broker, from.nodeID, id, failure("FORBIDDEN", `This call is refused: ${lie}.`));
	return false;
}
