/** A request that is explained, and the sample of an old login that the API's document shows. */

import { shape, type ValueOf } from "../schema";
import type { DataRoute } from "./route-forms";

/** A request as somebody would send it. */
export const asked = {
	method: { type: "enum", values: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] },
	path: { type: "string", min: 1, max: 8_000, summary: "As it is sent, with its query." },
	host: { type: "string", max: 253, optional: true, summary: "The name that it is asked under." },
	headers: { type: "record", value: "string", optional: true, summary: "Those that matter; nobody's credentials." },
	body: { type: "json", optional: true, summary: "Of a form: as it is sent, a text." }
} as const;

const considered = {
	type: "object",
	props: { route: { type: "string", summary: "Its name, or the action of one of the server's own." }, why: "string" }
} as const;

export const explanation = shape(
	"RouteExplanation",
	{
		revision: { type: "number", summary: "Of the routes that it was decided by." },
		outcome: {
			type: "enum",
			values: ["route", "own", "raw", "method", "none", "refused"],
			summary:
				"`route`: a route of an older API answers. `own`: the server's own route does. `raw`: an address that an action answers as it is. `method`: the address knows other methods. `none`: nothing is there. `refused`: the request is malformed."
		},
		rule: { type: "string", summary: "What decides, in a sentence." },
		route: { type: "string", nullable: true, summary: "Of an older API." },
		action: { type: "string", nullable: true, summary: "What would be called." },
		permission: { type: "string", nullable: true, summary: "What the caller needs." },
		params: { type: "json", nullable: true, summary: "What it would be called with." },
		faults: {
			type: "array",
			items: { type: "object", props: { field: "string", message: "string" } },
			summary: "Why its shape fails, or the action would not take it."
		},
		considered: { type: "array", items: considered, summary: "Others with this address, and why they do not answer." },
		wouldChange: { type: "string[]", summary: "What would make it another answer." },
		limits: { type: "string", nullable: true, summary: "The class of routes whose limits hold." },
		cache: { type: "string", nullable: true, summary: "Whether its answer is kept, and for how long." }
	},
	"Where a request goes and why: the rule, what it was made of, and what would change it."
);
export type RouteExplanation = ValueOf<typeof explanation>;

/** As auth.login answers. */
const SIGNED_IN = {
	account: "a9f3c0",
	session: "s71c",
	accessToken: "eyJ…",
	expiresAt: 1_795_943_400_000,
	refreshToken: "bnr_…",
	device: null,
	second: null,
	access_token: "eyJ…",
	token_type: "bearer"
};

const CLIENT = { user: "ada@example.com", pass: "eight wild swans" } as const;

/** An app of 2019: its own path, fields, answer and errors. */
export const OLD_LOGIN: DataRoute = {
	id: "old-login",
	summary: "The app of 2019 signs in.",
	match: { method: "POST", path: "/api/login" },
	action: "auth.login",
	request: { body: "either", params: '{ "email": body.user, "password": body.pass }' },
	response: { type: "json", body: '{ "status": "ok", "token": answer.accessToken }' },
	errors: { "*": { status: 200, type: "json", body: '{ "status": "error", "msg": detail }' } },
	examples: [
		{
			request: { path: "/api/login", body: { ...CLIENT } },
			params: { email: CLIENT.user, password: CLIENT.pass },
			answer: SIGNED_IN,
			gives: { status: 200, body: { status: "ok", token: "eyJ…" } }
		},
		{
			request: { path: "/api/login", body: "user=ada%40example.com&pass=wrong" },
			problem: { code: "CREDENTIALS_WRONG", detail: "Address or password is wrong." },
			gives: { status: 200, body: { status: "error", msg: "Address or password is wrong." } }
		}
	]
};

export const OLD_LOGIN_EXPLAINED = {
	params: { method: "POST", path: "/api/login", body: { ...CLIENT } },
	result: {
		revision: 1,
		outcome: "route",
		rule: "The route 'old-login' matches: POST /api/login.",
		route: "old-login",
		action: "auth.login",
		permission: "public",
		params: { email: CLIENT.user, password: CLIENT.pass },
		faults: [],
		considered: [],
		wouldChange: ["Remove the route 'old-login', and nothing is at this address."],
		limits: null,
		cache: null
	}
} as const;
