/**
 * So many calls of an action at once on a node, as its contract says, and so many that wait for their turn; one whose time
 * is over by then is not begun. Moleculer's own writes two gauges a call, and begins what nobody waits for any more.
 */

import type { Middleware } from "moleculer";
import { failure } from "../cluster/errors";
import { type Handler, middleware } from "../cluster/middleware";
import { Turns } from "../domain/platform/calls/turns";

interface Called {
	readonly nodeID: string;
	readonly options?: { readonly timeout?: number | null };
	readonly broker: { readonly nodeID: string };
}
interface Part {
	readonly name: string;
	readonly bulkhead?: { readonly concurrency: number; readonly queue: number };
}

function inTurn(next: Handler<Called>, { name, bulkhead }: Part): Handler<Called> {
	if (!bulkhead) return next;
	const turns = new Turns(bulkhead.concurrency, bulkhead.queue);
	const refused = (nodeID: string, why: string) =>
		failure("OVERLOADED", `${name} has ${why} on the node '${nodeID}'.`, { action: name, nodeID, retryAfter: 1 });
	return async ctx => {
		const { nodeID } = ctx.broker;
		const turn = turns.take(performance.now());
		if (turn === undefined) throw refused(nodeID, "as many calls under way and waiting as it takes");
		const waitedMs = turn instanceof Promise ? await turn : 0;
		try {
			if (waitedMs >= (ctx.options?.timeout || Number.POSITIVE_INFINITY)) throw refused(nodeID, "no turn in time");
			return await next(ctx);
		} finally {
			turns.end(performance.now());
		}
	};
}

export const bulkhead: Middleware = middleware({ name: "bulkhead", localAction: inTurn });
