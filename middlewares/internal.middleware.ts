/**
 * Actions that are `internal` answer the services that their contract names, and no other: the node that owns one looks who
 * calls. A call of no service passes where it is a command's, in the process that it started; from another node only where
 * nodes need not prove who they are: it may be of a release that does not say who calls. Where they must, an action that is
 * reached from outside answers its own service and the doors, where keys are asked for: no other node goes past them.
 */

import type { CallingOptions } from "moleculer";
import { actingAs, actingService } from "../cluster/acting";
import { failure } from "../cluster/errors";
import { requiresIdentity } from "../cluster/identity";
import { type Call, type Handler, middleware } from "../cluster/middleware";
import { ANY_SERVICE } from "../contracts/exposure";

interface Called {
	readonly caller: string | null;
	readonly nodeID: string | null;
	readonly broker: { readonly nodeID: string };
}
interface Part {
	readonly name: string;
	readonly service: { readonly name: string };
}

interface Guarded extends Part {
	readonly internal?: readonly string[];
	/** Of what is reached from outside, by whoever has the right for it: the services that call it, too. */
	readonly outside?: readonly string[];
}

/** Through these come calls from outside; they ask for a key, or are an operator's own. */
const DOORS = ["gateway", "repl"];

const guarded = (next: Handler<Called>, action: Guarded): Handler<Called> => {
	const { internal, outside, name, service } = action;
	const act = (ctx: Called) => actingAs(service.name, () => next(ctx));
	if (internal === undefined && !outside) return act;
	const callers = internal ?? [...DOORS, service.name, ...(outside ?? [])];
	return async ctx => {
		if (mayCall(ctx, callers, internal !== undefined)) return act(ctx);
		const who = ctx.caller ?? `a call of '${ctx.nodeID}' that names no service`;
		throw failure("FORBIDDEN", `${name} is for ${callers.join(", ")} alone: ${who} may not call it.`);
	};
};

/** Who a node says that it calls for is known where nodes prove it; elsewhere a name keeps those out who have one. */
function mayCall({ caller, nodeID, broker }: Called, callers: readonly string[], isInternal: boolean): boolean {
	const isProven = nodeID !== broker.nodeID && requiresIdentity(broker);
	if (!isInternal && !isProven) return true;
	return caller === null ? !isProven : callers.includes(caller) || callers.includes(ANY_SERVICE);
}

const heard = (next: Handler<Called>, { service }: Part): Handler<Called> => {
	return ctx => actingAs(service.name, () => next(ctx));
};

/** Moleculer takes it, and its types do not say so. */
const calledAs = (caller: string, options: CallingOptions = {}): CallingOptions & { caller: string } => ({
	...options,
	caller
});

/** By a context Moleculer knows who calls. */
const named =
	(next: Call): Call =>
	(action, params, options) => {
		const caller = actingService();
		return caller === undefined || options?.parentCtx
			? next(action, params, options)
			: next(action, params, calledAs(caller, options));
	};

export const internal = middleware({ name: "internal", localAction: guarded, localEvent: heard, call: named });
