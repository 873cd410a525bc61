/** A service for tests of the gateway: routes for people, and what they were told of whoever asked. */

import type { Context } from "moleculer";
import type { Broker, Meta } from "../../cluster";
import { action, type Contract, contract } from "../../contracts/contract";

const told = { params: {}, result: "json", example: { params: {}, result: null } } as const;

const own = contract("platform", "probe", {
	scopes: { "probe:read": "look at the probe" },
	actions: {
		mine: action({ summary: "Says who asks.", permission: "person", rest: "GET /probe/mine", ...told }),
		put: action({ summary: "Changes what is theirs.", permission: "person", rest: "PUT /probe/mine", ...told }),
		patch: action({ summary: "Changes some of it.", permission: "person", rest: "PATCH /probe/mine", ...told }),
		danger: action({ summary: "Is dangerous.", permission: "person", fresh: 60, rest: "POST /probe/danger", ...told }),
		scoped: action({ summary: "Needs a scope.", permission: "probe:read", rest: "GET /probe/scoped", ...told }),
		enter: action({
			summary: "Lets somebody in.",
			permission: "public",
			client: true,
			cookies: ["session", "refresh"],
			rest: "POST /probe/enter",
			...told
		}),
		again: action({
			summary: "Gives another session.",
			permission: "person",
			cookies: ["session"],
			rest: "POST /probe/again",
			...told
		}),
		asks: action({
			summary: "Asks another service in turn.",
			permission: "public",
			client: true,
			cookies: ["session"],
			rest: "POST /probe/asks",
			...told
		}),
		inner: action({ summary: "Is asked in turn.", internal: ["probe"], params: {}, result: "json" })
	},
	events: { told: {} }
});
export const probe: Contract = own as unknown as Contract;

/** What it was told, the last at the end. */
export const seen: { readonly action: string; readonly meta: Meta }[] = [];

type Asked = Context<object, Meta>;
const answer = (action: string, cookies?: Meta["setCookies"]) => (ctx: Asked) => {
	seen.push({ action, meta: structuredClone(ctx.meta) });
	if (cookies) ctx.meta.setCookies = cookies;
	return { account: ctx.meta.caller?.person?.account ?? null };
};

const SESSION = { value: "bns_made.mac", maxAgeS: 60 };

export const service = {
	name: "probe",
	actions: {
		mine: answer("mine"),
		put: answer("put"),
		patch: answer("patch"),
		danger: answer("danger"),
		scoped: answer("scoped"),
		enter: answer("enter", { session: SESSION, refresh: null, other: SESSION }),
		again: answer("again", { session: SESSION }),
		async asks(ctx: Asked) {
			ctx.meta.setCookies = { session: SESSION };
			await ctx.call("probe.inner", {});
			await ctx.emit("probe.told", {});
			seen.push({ action: "asks", meta: structuredClone(ctx.meta) });
			return null;
		},
		inner: answer("inner", { session: { value: "bns_of-another", maxAgeS: 1 } })
	},
	events: { "probe.told": (ctx: Asked) => void seen.push({ action: "told", meta: structuredClone(ctx.meta) }) }
};

export const start = (broker: Broker): void => void broker.createService(service as never);
