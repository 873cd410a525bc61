/** What only those actions are told that ask for it, and what only they may set: where a request comes from, cookies of ours. */

import type { Meta } from "../../../cluster";
import type { Client } from "../../../contracts/people";
import { type Cookies, setCookieHeaders } from "../../../domain/platform/cookies";
import type { Route } from "../../../domain/platform/routes";
import type { WebRequest, WebResponse } from "../../../mixins/web.mixin";
import type { Authentication } from "./authentication";
import { callOf, header } from "./call";
import { ownCookie } from "./credentials";

/** @throws REQUEST_INVALID · ORIGIN_REFUSED */
export function tellPrivateParts(
	callers: Authentication,
	{ client, cookies }: Pick<Route, "client" | "cookies">,
	req: WebRequest,
	meta: Meta
): void {
	if (client) meta.client = clientOf(req);
	if (cookies.length === 0) return;
	meta.cookies = sent(cookies, req);
	if (Object.keys(meta.cookies).length > 0) callers.refuseForeign(req);
	else callers.refuseOthersPages(req);
}

/** Whoever says who they are by a header is told of no cookie. */
function sent(names: readonly string[], req: WebRequest): Record<string, string> {
	if (header(req, "authorization") !== undefined || header(req, "x-api-key") !== undefined) return {};
	return Object.fromEntries(
		names.flatMap(name => {
			const value = ownCookie(req, name);
			return value === undefined ? [] : [[name, value]];
		})
	);
}

const LONGEST_AGENT = 300;
const DEVICE = /^[\w.~:/+=-]{1,300}$/;

function clientOf(req: WebRequest): Client {
	const agent = (header(req, "user-agent") ?? "").replace(/\p{Cc}/gu, "").slice(0, LONGEST_AGENT);
	return { address: callOf(req).client, agent, device: deviceOf(req) };
}

/** What is none that we gave is none. */
function deviceOf(req: WebRequest): string | null {
	const device = header(req, "x-device") ?? ownCookie(req, "device");
	return device !== undefined && DEVICE.test(device) ? device : null;
}

/** Those that an action set, of those that its contract names. */
export function cookiesOf({ cookies }: Pick<Route, "cookies">, { setCookies = {} }: Meta): Cookies {
	if (cookies.length === 0) return {};
	return Object.fromEntries(Object.entries(setCookies).filter(([name]) => cookies.includes(name)));
}

export function setCookies(res: WebResponse, cookies: Cookies): void {
	const headers = setCookieHeaders(cookies);
	if (headers.length > 0) res.setHeader("Set-Cookie", headers);
}
