/**
 * Actions that are `internal` answer the services that their contract names, and no other: the node that owns one looks who
 * calls. A call of no service passes where it is a command's, in the process that it started; from another node only where
 * nodes need not prove who they are: it may be of a release that does not say who calls.
 */

import type { CallingOptions } from "moleculer";
import { actingAs, actingService } from "../cluster/acting";
import { failure } from "../cluster/errors";
import { requiresIdentity } from "../cluster/identity";
import { type Call, type Handler, middleware } from "../cluster/middleware";

interface Called {
	readonly caller: string | null;
	readonly nodeID: string | null;
	readonly broker: { readonly nodeID: string };
}
interface Part {
	readonly name: string;
	readonly service: { readonly name: string };
}

const guarded = (next: Handler<Called>, action: Part & { readonly internal?: readonly string[] }): Handler<Called> => {
	const { internal, name, service } = action;
	const act = (ctx: Called) => actingAs(service.name, () => next(ctx));
	if (internal === undefined) return act;
	return async ctx => {
		if (ctx.caller === null ? mayBeNobody(ctx) : internal.includes(ctx.caller)) return act(ctx);
		const who = ctx.caller ?? `a call of '${ctx.nodeID}' that names no service`;
		throw failure("FORBIDDEN", `${name} is for ${internal.join(", ")} alone: ${who} may not call it.`);
	};
};

const mayBeNobody = ({ nodeID, broker }: Called): boolean => nodeID === broker.nodeID || !requiresIdentity(broker);

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
