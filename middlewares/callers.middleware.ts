/**
 * Work ends with its caller. A request that may be left alone has an id, which goes with every call that it causes, to
 * whatever node; `gateway.left` says that its caller is gone. Where it gets lost, and for calls of no request, each ends
 * when its caller has stopped waiting: by the call's own timeout, or after `PANEL_TIME_LIMIT`.
 */

import { abandoned, callersOf } from "../cluster/callers";
import { codeOf, failure } from "../cluster/errors";
import { type Call, type Handler, middleware } from "../cluster/middleware";
import { settingsOf } from "../cluster/settings";
import { type Caller, calledBy, currentCaller } from "../connectors/caller";

interface Called {
	readonly meta: { request?: string };
	readonly options?: { readonly timeout?: number | null };
	readonly broker: object;
}

/** Around actions that say so (`endsWithCaller`); all others go on by themselves. */
function ending(next: Handler<Called>, action: { readonly endsWithCaller?: boolean }): Handler<Called> {
	if (!action.endsWithCaller) return next;
	return async ctx => {
		const { request } = ctx.meta;
		const { panelSeconds } = settingsOf(ctx.broker).limits;
		const late = AbortSignal.timeout(ctx.options?.timeout || panelSeconds * 1000);
		const work = (signal: AbortSignal) => calledBy({ id: request, signal }, () => next(ctx));
		try {
			if (request === undefined) return await work(late);
			return await callersOf(ctx.broker).serve(request, left => work(AbortSignal.any([left, late])));
		} catch (error) {
			throw late.aborted && !isLeft(error) ? failure("TIMED_OUT", tooLong(panelSeconds)) : error;
		}
	};
}

const isLeft = (error: unknown): boolean => codeOf(error) === "ABANDONED";

const tooLong = (seconds: number): string =>
	`It was not done in the time that a look at a panel may take (REQUEST_TIMEOUT of a part, PANEL_TIME_LIMIT of all: ${seconds} s).`;

/** What a caller causes is theirs, wherever it is done; once they are gone nothing more is caused. */
const passing =
	(next: Call): Call =>
	(action, params, options) => {
		const caller: Caller | undefined = currentCaller();
		if (caller === undefined) return next(action, params, options);
		if (caller.signal.aborted) return Promise.reject(abandoned());
		if (caller.id === undefined) return next(action, params, options);
		return next(action, params, { ...options, meta: { ...options?.meta, request: caller.id } });
	};

export const callersLeave = middleware({ name: "callers", localAction: ending, call: passing });
