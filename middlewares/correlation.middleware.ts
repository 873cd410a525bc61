/** One correlation id through every call and event that a request causes, and in every log line of it. */

import { randomUUID } from "node:crypto";
import type { Middleware } from "moleculer";
import type { Meta } from "../cluster";
import { correlated, correlationId } from "../cluster/logging";

type Handler = (ctx: { meta: Meta }) => unknown;

const follow =
	(next: Handler): Handler =>
	ctx => {
		const current = correlationId();
		ctx.meta.correlationId ??= current ?? randomUUID();
		return ctx.meta.correlationId === current ? next(ctx) : correlated(ctx.meta.correlationId, () => next(ctx));
	};

export const correlation = {
	name: "correlation",
	localAction: follow,
	localEvent: follow
} as unknown as Middleware;
