/** What is wrong with a request, or was with its answer: told to the caller as a problem, counted, and logged where it is ours. */

import type { Broker } from "../../../cluster";
import { gateway } from "../../../contracts/platform/gateway";
import type { Given } from "../../../domain/platform/data-routes/shaping";
import { type Problem, problemOf } from "../../../domain/platform/problem";
import { Seldom } from "../../../domain/seldom";
import { propertyOf } from "../../../domain/unknown";
import type { WebRequest, WebResponse } from "../../../mixins/web.mixin";
import { hasBody } from "./bodies";
import { callOf } from "./call";
import { endBehind } from "./connections";
import { settle } from "./idempotency";
import { MEDIA_TYPE, textIn } from "./shaped-call";

/** When to ask again for what is not available now, where nobody knows better. */
const AGAIN_SECONDS = 10;
/** The same is said once in this time, however many requests meet it, in ms. */
const TOLD_MS = 1_000;
/** Callers make these, as many as they like: they are counted, and fill no log. */
const OF_CALLERS: ReadonlySet<string> = new Set(["ABANDONED", "OVERLOADED", "LIMITS_AWAY"]);

export class Errors {
	private readonly told = new Seldom(TOLD_MS);

	constructor(private readonly broker: Broker) {}

	/** Once; a half-sent answer is cut off instead, and nobody is told who is gone. */
	refuse(req: WebRequest, res: WebResponse, error: unknown): void {
		const problem = problemOf(error, callOf(req).correlationId);
		const settled = settle(this.broker, req, problem, error);
		if (!settled) this.tell(req, res, problem, error);
		// Sent again, it is to be answered the same.
		else void settled.catch(() => undefined).then(() => this.tell(req, res, problem, error));
	}

	private tell(req: WebRequest, res: WebResponse, problem: Problem, error: unknown): void {
		if (res.closed) return;
		this.count(problem.code);
		this.log(req, problem, error);
		if (res.headersSent) res.destroy();
		else this.answer(req, res, problem, retryAfterOf(problem, error));
	}

	/** Something was refused, perhaps before there was a request. */
	count(code: string): void {
		this.broker.metrics.increment(gateway.metrics.refused.name, { code });
	}

	private answer(req: WebRequest, res: WebResponse, problem: Problem, retryAfter: number | undefined): void {
		if (retryAfter !== undefined) res.setHeader("Retry-After", String(retryAfter));
		// A body that nobody wants is not read.
		if (hasBody(req) && !req.readableEnded) endBehind(req, res);
		const { shaped } = callOf(req);
		if (!shaped) write(req, res, ownAnswer(problem));
		else
			void shaped.problem(problem).then(given => {
				if (!res.closed) write(req, res, given ? olderAnswer(given) : ownAnswer(problem));
			});
	}

	private log(req: WebRequest, problem: Problem, error: unknown): void {
		const { status, code } = problem;
		const request = `${req.method} ${req.originalUrl ?? req.url}`;
		if (status < 500 || OF_CALLERS.has(code)) {
			this.broker.logger.debug(`${callOf(req).client} ${request}: ${status} ${code}`);
			return;
		}
		const what = whatOf(problem, error);
		if (this.told.isDue(what, performance.now())) this.broker.logger.error(`${request}: ${what}`);
	}
}

interface Answer {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
}

const ownAnswer = (problem: Problem): Answer => ({
	status: problem.status,
	headers: { "Content-Type": "application/problem+json; charset=utf-8" },
	body: JSON.stringify(problem)
});

const olderAnswer = ({ status, headers, type, body }: Given): Answer => ({
	status,
	headers: { ...headers, ...(body !== undefined && { "Content-Type": MEDIA_TYPE[type] }) },
	body: textIn(type, body)
});

function write(req: WebRequest, res: WebResponse, { status, headers, body }: Answer): void {
	if (status === 401) res.setHeader("WWW-Authenticate", 'Bearer realm="banyan"');
	res.writeHead(status, { ...headers, "Content-Length": Buffer.byteLength(body), "Cache-Control": "no-store" });
	res.end(req.method === "HEAD" ? undefined : body);
}

/** A fault of ours with its place, another with its sentence. */
const whatOf = ({ code, detail }: Problem, error: unknown): string =>
	code === "INTERNAL" ? String(propertyOf(error, "stack")) : `${code}: ${detail}`;

/** In seconds. */
const retryAfterOf = ({ status }: Problem, error: unknown): number | undefined =>
	ownRetryAfter(error) ?? (status === 503 ? AGAIN_SECONDS : undefined);

/** What the error itself says, in seconds. */
export function ownRetryAfter(error: unknown): number | undefined {
	const said = propertyOf(propertyOf(error, "data"), "retryAfter");
	return typeof said === "number" ? said : undefined;
}
