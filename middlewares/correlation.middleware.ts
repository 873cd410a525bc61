/** One correlation id through every call and event that a request causes, and in every log line of it. */

import { randomUUID } from "node:crypto";
import type { Meta } from "../cluster";
import { correlated, correlationId } from "../cluster/logging";
import { type Handler, isNamed, middleware, type Told } from "../cluster/middleware";

interface Called {
	readonly meta: Meta;
}

const follow =
	(next: Handler<Called>): Handler<Called> =>
	ctx => {
		const current = correlationId();
		ctx.meta.correlationId ??= current ?? randomUUID();
		return ctx.meta.correlationId === current ? next(ctx) : correlated(ctx.meta.correlationId, () => next(ctx));
	};

/** Whoever hears of it, on whichever node. */
const told =
	(next: Told): Told =>
	(event, payload, options) => {
		const id = event.startsWith("$") ? undefined : correlationId();
		if (id === undefined || !isNamed(options)) return next(event, payload, options);
		return next(event, payload, { ...options, meta: { correlationId: id, ...options?.meta } });
	};

export const correlation = middleware({
	name: "correlation",
	localAction: follow,
	localEvent: follow,
	emit: told,
	broadcast: told
});
