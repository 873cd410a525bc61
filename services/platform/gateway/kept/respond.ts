/** How a kept answer is sent: with its tag, its age and how it came about; compressed as its client likes; or not at all (304). */

import Negotiator from "negotiator";
import { ageOf } from "../../../../domain/platform/kept/answer";
import { cacheStatus } from "../../../../domain/platform/kept/cache-status";
import type { Route } from "../../../../domain/platform/routes";
import type { WebRequest, WebResponse } from "../../../../mixins/web.mixin";
import { header } from "../call";
import { isWorthCompressing } from "../compressing";
import type { Given } from "./answers";
import { CODINGS, type Coding } from "./representation";

export async function respond(req: WebRequest, res: WebResponse, route: Route, given: Given): Promise<void> {
	const { answer } = given;
	tell(res, route, given);
	if (isKnown(req, answer.tag)) {
		res.statusCode = 304;
		res.end();
		return;
	}
	const coding = isWorthCompressing(answer.body.length) ? codingOf(req) : undefined;
	const body = coding ? await answer.as(coding) : answer.body;
	if (coding) res.setHeader("Content-Encoding", coding);
	res.statusCode = route.status;
	res.setHeader("Content-Type", "application/json; charset=utf-8");
	res.setHeader("Content-Length", body.length);
	res.end(req.method === "HEAD" ? undefined : body);
}

/** What is said of it, with a body or without. */
function tell(res: WebResponse, { permission, kept }: Route, { answer, outcome }: Given): void {
	res.setHeader("ETag", answer.tag);
	res.setHeader("Cache-Control", permission === "public" && kept?.isShared ? "public, no-cache" : "private, no-cache");
	res.setHeader("Cache-Status", cacheStatus(outcome));
	res.appendHeader("Vary", "Accept, Accept-Encoding");
	if (outcome.name !== "forwarded") res.setHeader("Age", Math.ceil(ageOf(answer, performance.now())));
}

/** RFC 9110 §13.1.2, compared weakly. */
export function isKnown(req: Pick<WebRequest, "headers">, tag: string): boolean {
	const known = header(req, "if-none-match");
	if (known === undefined) return false;
	const bare = tag.replace(/^W\//, "");
	return known.split(",").some(each => ["*", bare].includes(each.trim().replace(/^W\//, "")));
}

function codingOf(req: WebRequest): Coding | undefined {
	if (req.headers["accept-encoding"] === undefined) return undefined;
	const [best] = new Negotiator(req).encodings([...CODINGS, "identity"]);
	return CODINGS.find(coding => coding === best);
}
