/** One correlation id through every call and event that a request causes, and in every log line of it. */

import { randomUUID } from "node:crypto";
import type { Meta } from "../cluster";
import { correlated, correlationId } from "../cluster/logging";
import { type Handler, middleware } from "../cluster/middleware";

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

export const correlation = middleware({ name: "correlation", localAction: follow, localEvent: follow });
