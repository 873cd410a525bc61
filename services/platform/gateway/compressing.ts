/** Whether an answer is compressed: where it pays, and where nothing in it is secret. */

import compression from "compression";
import type { Route } from "../../../domain/platform/routes";
import type { WebRequest, WebResponse } from "../../../mixins/web.mixin";
import { callOf } from "./call";

/** In characters: smaller answers fit in one packet as they are. */
const WORTH_COMPRESSING = 2048;
const compress = compression({ threshold: 0 });

export const isWorthCompressing = (length: number): boolean => length >= WORTH_COMPRESSING;

/** How long a secret becomes beside a text that somebody chose tells them of it (BREACH). */
export const mayCompress = ({ secret, cookies }: Pick<Route, "secret" | "cookies">): boolean =>
	!secret && cookies.length === 0;

/** Prepares the answer for its body. */
export function prepare(req: WebRequest, res: WebResponse, body: string): void {
	// Only now is it known whether it is worth it.
	const isWorth = isWorthCompressing(body.length) && callOf(req).mayCompress;
	if (isWorth && req.headers["accept-encoding"] !== undefined) compress(req as never, res as never, () => undefined);
	else res.setHeader("Content-Length", Buffer.byteLength(body));
}
