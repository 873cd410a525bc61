/**
 * Who asks is signed by the door that let them in, and held against that on every node that does something for them; what the
 * action asks of them is looked at there once more, whatever the door's own table said. A caller that a service made up, one
 * that was changed on its way, taken from another request, or kept for too long, is refused. Nothing of it is a matter of
 * events: they say on whose behalf they are told, and nobody is permitted anything by them.
 */

import { randomUUID } from "node:crypto";
import type { Middleware, ServiceBroker } from "moleculer";
import type { Meta } from "../cluster";
import { behalfIn, behalfNow, onBehalf, toldOnBehalf } from "../cluster/behalf";
import { failure } from "../cluster/errors";
import { correlationId } from "../cluster/logging";
import { registerMetrics } from "../cluster/measuring";
import { type Handler, isNamed, middleware, type Told } from "../cluster/middleware";
import { OlderDoors } from "../cluster/older-doors";
import type { Caller } from "../cluster/person";
import { callerWordOf, isLetIn, letIn } from "../cluster/vouched";
import type { CallSettings } from "../contracts/cluster";
import { NODE_METRICS } from "../contracts/node-metrics";
import { DOUBTS, type Doubt, isInTime, proofText, readProof, saidText } from "../domain/platform/callers/proof";
import { notFor } from "../domain/platform/callers/rights";
import { conductOf } from "../domain/platform/calls/conduct";
import { Seldom } from "../domain/seldom";

interface Called {
	meta: Meta;
	readonly nodeID: string | null;
	/** The service. */
	readonly caller: string | null;
	readonly broker: ServiceBroker;
}
interface Part {
	readonly name: string;
}

const counter = NODE_METRICS.callers;
/** Through it comes whoever asks from outside. */
const DOOR = "gateway";
/** For so long one signature does for one caller of one request, in ms: a request calls more than once. */
const SIGNED_MS = 10_000;

type Settings = Pick<CallSettings, "callerSeconds" | "callerGraceSeconds">;

export function vouched({ callerSeconds, callerGraceSeconds }: Settings): Middleware {
	let older: OlderDoors | undefined;
	const doubtOf = (ctx: Called): Doubt | undefined => {
		const { caller } = ctx.meta;
		if (!caller) return undefined;
		if (ctx.nodeID === ctx.broker.nodeID) return doubtHere(ctx, caller);
		const doubt = doubtOfWord(ctx, caller, callerSeconds * 1000);
		return doubt === "unsigned" && older?.areMet ? undefined : doubt;
	};
	return middleware({
		name: "vouched",
		created(broker: ServiceBroker) {
			registerMetrics(broker, { counter });
			if (broker.transit) older = new OlderDoors(broker, callerGraceSeconds * 1000);
		},
		localAction: (next: Handler<Called>, { name }: Part): Handler<Called> => {
			const asked = conductOf(name)?.asked;
			return ctx => {
				const { meta, broker } = ctx;
				const doubt =
					doubtOf(ctx) ?? (asked && ctx.caller === DOOR ? notFor(asked, meta.caller, Date.now()) : undefined);
				if (doubt !== undefined) return Promise.reject(refused(broker, name, doubt));
				if (meta.caller && !isLetIn(broker, meta.caller)) letIn(broker, meta.caller, "there");
				return onBehalf(behalfIn(meta), () => next(ctx));
			};
		},
		remoteAction: asking,
		localEvent: hearing,
		emit: telling,
		broadcast: telling
	});
}

/** In one process who asks is the very object that was let in. A command that began in it is its operator's own. */
const doubtHere = ({ broker, caller: service }: Called, caller: Caller): Doubt | undefined =>
	service == null || isLetIn(broker, caller) ? undefined : "unsigned";

function doubtOfWord({ broker, meta }: Called, caller: Caller, lifetimeMs: number): Doubt | undefined {
	const word = callerWordOf(broker);
	// Where packets are not sealed nothing is proven.
	if (!word) return undefined;
	if (meta.proof === undefined) return "unsigned";
	const proof = readProof(meta.proof);
	if (!proof) return "altered";
	const { namespace } = broker;
	const verdict = word.judge(proof, saidText({ ...proof, namespace, correlation: meta.correlationId ?? "", caller }));
	if (verdict !== "good") return verdict;
	return isInTime(proof.at, lifetimeMs, Date.now()) ? undefined : "expired";
}

const said = new Seldom(60_000);

function refused(broker: ServiceBroker, action: string, doubt: Doubt): Error {
	broker.metrics.increment(counter.name, { reason: doubt });
	if (said.isDue(doubt, performance.now())) broker.logger.warn(`A call of ${action} is refused: ${DOUBTS[doubt]}.`);
	const code = doubt === "unentitled" ? "FORBIDDEN" : "CALLER_UNPROVEN";
	return failure(code, `${action} is refused: ${DOUBTS[doubt]}.`);
}

/** Goes to another node. What comes back says nothing of who asks. */
const asking =
	(next: Handler<Called>): Handler<Called> =>
	ctx => {
		const { meta, broker } = ctx;
		if (!meta.caller) {
			const behalf = behalfNow();
			if (behalf && meta.behalf === undefined) meta.behalf = behalf;
			return next(ctx);
		}
		sign(broker, meta, meta.caller);
		const { caller, proof } = meta;
		const kept = () => void Object.assign(meta, { caller, ...(proof !== undefined && { proof }) });
		return next(ctx).finally(kept);
	};

interface Signed {
	readonly correlation: string;
	readonly at: number;
	readonly proof: string;
}
const signed = new WeakMap<Caller, Signed>();

/** Those whom this node's own door let in; of others the word that came with them goes on. */
function sign(broker: ServiceBroker, meta: Meta, caller: Caller): void {
	if (isLetIn(broker, caller) !== "here") return;
	meta.correlationId ??= correlationId() ?? randomUUID();
	const [correlation, at] = [meta.correlationId, Date.now()];
	const last = signed.get(caller);
	if (last?.correlation === correlation && at - last.at < SIGNED_MS) {
		meta.proof = last.proof;
		return;
	}
	const { namespace, nodeID: node } = broker;
	const given = callerWordOf(broker)?.give(saidText({ namespace, node, at, correlation, caller }));
	if (!given) return;
	meta.proof = proofText({ node, at, ...given });
	signed.set(caller, { correlation, at, proof: meta.proof });
}

/** Whoever an older node says that asked did not: an event asks for nothing. */
const hearing =
	(next: Handler<Called>): Handler<Called> =>
	ctx => {
		const behalf = behalfIn(ctx.meta);
		if (ctx.meta.caller) {
			// All who listen on this node are given the same meta.
			const { caller: _, proof: __, ...meta } = ctx.meta;
			ctx.meta = { ...meta, ...(behalf && { behalf }) };
		}
		return toldOnBehalf(behalf, () => next(ctx));
	};

const NONE = { caller: undefined, proof: undefined } as const;

const telling =
	(next: Told): Told =>
	(event, payload, options) => {
		const behalf = event.startsWith("$") ? undefined : behalfNow();
		const parent: Meta | undefined = isNamed(options) ? options?.parentCtx?.meta : undefined;
		if (!isNamed(options) || (behalf === undefined && !parent?.caller)) return next(event, payload, options);
		return next(event, payload, { ...options, meta: { ...options?.meta, ...NONE, ...(behalf && { behalf }) } });
	};
