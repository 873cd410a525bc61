/** How the gateway's own routes answer: with what they say, or with a problem. */

import type { Page } from "../../../adapters/metrics/port";
import type { WebHandler, WebRequest, WebResponse } from "../../../mixins/web.mixin";

interface Said extends Omit<Page, "body"> {
	readonly body: string | Buffer;
}

export const json = (say: (req: WebRequest, res: WebResponse) => unknown): WebHandler =>
	told("application/json; charset=utf-8", async (req, res) => JSON.stringify(await say(req, res)));

export const told = (
	type: string,
	say: (req: WebRequest, res: WebResponse) => string | Buffer | Promise<string | Buffer>
): WebHandler => paged(async (req, res) => ({ type, body: await say(req, res) }));

export const paged =
	(say: (req: WebRequest, res: WebResponse) => Promise<Said>): WebHandler =>
	(req, res, next) => {
		say(req, res)
			.then(({ type, encoding, body }) => {
				res.setHeader("Content-Type", type);
				if (encoding !== undefined) res.setHeader("Content-Encoding", encoding);
				res.setHeader("Content-Length", Buffer.byteLength(body));
				res.end(req.method === "HEAD" ? undefined : body);
			})
			.catch(next);
	};
