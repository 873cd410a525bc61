/** A real door: whose address a request has, for what limits, what is logged and what services are told. */

import { request } from "node:http";
import type { Meta } from "../../../../cluster";
import { failure } from "../../../../cluster/errors";
import { gateway, type Limits } from "../../../../contracts/platform/gateway";
import { keysOf, tableOf } from "../../../../contracts/table";
import { countedAs } from "../../../../domain/platform/limits/plan";
import { settingIn } from "../../../../domain/platform/setting";
import type { WebRequest } from "../../../../mixins/web.mixin";
import { callOf } from "../../../../services/platform/gateway/call";
import { Errors } from "../../../../services/platform/gateway/errors";
import { type Front, openFront } from "../../../../services/platform/gateway/front";
import { tellPrivateParts } from "../../../../services/platform/gateway/private-parts";

const limits = tableOf(keysOf(gateway.settings), key => {
	const { read, fallback } = settingIn(gateway.settings[key]);
	return read(fallback);
}) as unknown as Limits;

let logged: string[];
let counted: string[];
let told: string[];
const broker = {
	logger: { debug: (line: string) => logged.push(line.split(" ", 1)[0] ?? "") },
	metrics: { increment: () => undefined }
};
const errors = new Errors(broker as never);

function door(trustedProxies: readonly string[]): Front {
	return openFront(
		{ host: "127.0.0.1", port: 0, trustedProxies, corsOrigins: [], names: [], limits, longestCallMs: 1_000 } as never,
		{
			answer: (req, res) => {
				const web = req as WebRequest;
				const meta: Meta = {};
				tellPrivateParts(undefined as never, { client: true, cookies: [] }, web, meta);
				told.push(String(meta.client?.address));
				counted.push(countedAs(undefined, callOf(web).client));
				errors.refuse(web, res, failure("NOT_FOUND", "There is nothing here."));
			},
			refuse: (req, res, error) => errors.refuse(req as WebRequest, res, error),
			within: (_req, _res, _id, work) => work(),
			counted: () => undefined,
			isForAll: () => true
		}
	);
}

let trusting: Front;
let strict: Front;
let [near, far] = ["", ""];
beforeAll(async () => {
	[trusting, strict] = [door(["127.0.0.1", "10.0.0.0/8"]), door(["10.0.0.0/8"])];
	[near, far] = await Promise.all([trusting.listen(), strict.listen()]);
});
afterAll(() => Promise.all([trusting.close(0, true), strict.close(0, true)]));
beforeEach(() => {
	[logged, counted, told] = [[], [], []];
});

const ask = (url: string, headers: Record<string, string | string[]>): Promise<number> =>
	new Promise((resolve, reject) => {
		request(`${url}/x`, { headers, agent: false }, answer => {
			answer.resume().once("end", () => resolve(answer.statusCode ?? 0));
		})
			.once("error", reject)
			.end();
	});

const PEER = "127.0.0.1";
const hops = (n: number): string => Array.from({ length: n }, (_, at) => `10.0.0.${at + 1}`).join(", ");

describe("G2: limiter key, audit address and logged address are the same value", () => {
	it.each<[string, Record<string, string | string[]>, string]>([
		["nothing said", {}, PEER],
		["the rightmost that is not ours", { "x-forwarded-for": "1.1.1.1, 8.8.8.8" }, "8.8.8.8"],
		["a proxy of ours behind it", { "x-forwarded-for": "1.1.1.1, 8.8.8.8, 10.9.9.9" }, "8.8.8.8"],
		["two headers", { "x-forwarded-for": ["1.1.1.1", "8.8.8.8"] }, "8.8.8.8"],
		["a port", { "x-forwarded-for": "8.8.8.8:4711" }, "8.8.8.8"],
		["IPv6", { "x-forwarded-for": "2001:db8::7" }, "2001:db8::7"],
		["IPv6 with a port", { "x-forwarded-for": "[2001:db8::7]:4711" }, "2001:db8::7"],
		["Forwarded", { forwarded: "for=1.1.1.1, for=8.8.8.8;proto=https" }, "8.8.8.8"],
		["Forwarded, quoted", { forwarded: 'for="[2001:db8::7]:4711"' }, "2001:db8::7"],
		["Forwarded, an obfuscated id", { forwarded: "for=8.8.8.8, for=_gazonk" }, PEER],
		["Forwarded, unknown", { forwarded: "for=unknown" }, PEER],
		["twenty hops of ours", { "x-forwarded-for": `8.8.8.8, ${hops(19)}` }, "8.8.8.8"],
		["more than twenty: no further is looked", { "x-forwarded-for": `8.8.8.8, ${hops(25)}` }, "10.0.0.6"],
		["a long header", { "x-forwarded-for": `${"1.1.1.1, ".repeat(3_000)}8.8.8.8` }, "8.8.8.8"]
	])("%s", async (_, headers, address) => {
		expect(await ask(near, headers)).toBe(404);
		expect([logged, told]).toEqual([[address], [address]]);
		// Of IPv6 what one customer holds: its /64.
		expect(counted).toEqual([address.includes(":") ? "address:2001:db8:0:0::/64" : `address:${address}`]);
	});

	it.each([
		{ "x-forwarded-for": "1.1.1.1, 8.8.8.8" },
		{ forwarded: "for=1.1.1.1" },
		{ "x-forwarded-for": "10.0.0.1", forwarded: "for=8.8.8.8" }
	])("an untrusted peer's word is ignored: %j", async headers => {
		expect(await ask(far, headers)).toBe(404);
		expect([logged, told, counted]).toEqual([[PEER], [PEER], [`address:${PEER}`]]);
	});

	it("64 KiB of it are too many, and are nobody's", async () => {
		expect(await ask(near, { "x-forwarded-for": `${"1.1.1.1, ".repeat(7_300)}8.8.8.8` })).toBe(431);
		expect(counted).toEqual([]);
	});
});
