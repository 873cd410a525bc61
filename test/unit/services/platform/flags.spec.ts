/** Feature flags on one node with its gateway: changed by revisions, evaluated for whoever asks, and said to those who may know. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Broker } from "../../../../cluster";
import type { Flag } from "../../../../contracts/platform/flag-shapes";
import { bucketOf } from "../../../../domain/bucket";
import { contextOf } from "../../../../mixins/flags.mixin";
import { openNode } from "../../../../node";
import { flagOf } from "../../../support/flags";

let folder: string;
let node: Broker;
let url: string;
let key: string;
let token: string;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-flags-"));
	node = await openNode(
		{ services: ["access", "idempotency", "signing", "sessions", "flags", "gateway"], logLevel: "fatal" },
		{ DATA_DIR: folder, GATEWAY_PORT: "0" }
	);
	url = (node.getLocalService("gateway") as unknown as { address: string }).address;
	key = readFileSync(join(folder, "api-key"), "utf8").trim();
	const client = { address: "203.0.113.7", agent: "", device: null };
	const opened = { account: "ann", scopes: [], factors: ["password" as const], client, device: null };
	({ accessToken: token } = await node.call("sessions.open", opened));
});
afterAll(async () => {
	await node.stop();
	rmSync(folder, { recursive: true, force: true });
});

interface Answer {
	readonly status: number;
	readonly headers: Headers;
	// biome-ignore lint/suspicious/noExplicitAny: its shape is what is tested
	readonly json: any;
}
type Asked = { readonly body?: object; readonly headers?: Record<string, string> };

async function ask(
	method: string,
	path: string,
	{ body, headers = { "x-api-key": key } }: Asked = {}
): Promise<Answer> {
	const answer = await fetch(url + path, {
		method,
		headers: { ...headers, ...(body && { "content-type": "application/json" }) },
		...(body && { body: JSON.stringify(body) })
	});
	const text = await answer.text();
	return { status: answer.status, headers: answer.headers, json: text === "" ? null : JSON.parse(text) };
}
const api = (method: string, path: string, body?: object, headers?: Record<string, string>): Promise<Answer> =>
	ask(method, `/api/v1/flags${path}`, { ...(body && { body }), ...(headers && { headers }) });
const person = () => ({ authorization: `Bearer ${token}` });

const newest = async (): Promise<number> => (await api("GET", "/history?limit=1")).json.items[0]?.revision ?? 0;
async function put(name: string, more: Partial<Flag> = {}): Promise<Answer> {
	return api("PUT", `/${name}`, { flag: flagOf(more), expected: await newest(), reason: "A test." });
}
const evaluated = async (name: string, context: object): Promise<Answer> =>
	api("POST", `/${name}/evaluate`, { context });

/** Somebody of the buckets from one to another, of a flag of that name. */
function somebody(name: string, from: number, to: number): string {
	for (let n = 0; ; n++) if (bucketOf(name, `u${n}`) >= from && bucketOf(name, `u${n}`) <= to) return `u${n}`;
}

describe("a change", () => {
	it("is a revision with author and reason, shown, listed, in the history, and undone by a new one", async () => {
		const made = await put("course");
		expect([made.status, made.json]).toMatchObject([200, { key: "course", owner: "payments", stale: null }]);
		const before = made.json.revision;
		const changed = await put("course", { description: "More." });
		expect(changed.json.revision).toBe(before + 1);
		const history = await api("GET", "/history");
		expect(history.json.items[0]).toMatchObject({
			revision: before + 1,
			reason: "A test.",
			author: expect.any(String)
		});
		const diff = await api("GET", `/diff?from=${before}&to=${before + 1}`);
		expect(diff.json).toEqual([
			{ path: ["flags", "course", "description"], kind: "changed", before: "", after: "More." }
		]);
		const back = await api("POST", "/rollback", { to: before, expected: before + 1, reason: "It was wrong." });
		expect(back.json).toMatchObject({ revision: before + 2, hash: history.json.items[1].hash });
		expect((await api("GET", "/course")).json).toMatchObject({ description: "", revision: before + 2 });
		const gone = await api("DELETE", `/course?expected=${before + 2}&reason=done`);
		expect([gone.status, gone.json.revision]).toEqual([200, before + 3]);
		expect((await api("GET", "")).json.map((flag: { key: string }) => flag.key)).not.toContain("course");
	});

	it("of what somebody else changed meanwhile is refused, and changes nothing", async () => {
		await put("raced");
		const expected = await newest();
		const change = (description: string) =>
			api("PUT", "/raced", { flag: flagOf({ description }), expected, reason: "At once." });
		const answers = await Promise.all(["one", "two", "three"].map(change));
		expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
		expect(answers.find(({ status }) => status === 409)?.json.code).toBe("REVISION_CONFLICT");
		expect(await newest()).toBe(expected + 1);
	});

	it.each<[string, object, RegExp]>([
		["no rule", { rules: [] }, /A flag without a rule decides nothing|rules/],
		[
			"two rules of one percentage",
			{
				rules: [
					{ name: "a", percent: 5, variant: "on" },
					{ name: "b", percent: 5, variant: "on" }
				]
			},
			/never reached/
		],
		["an unknown variant", { defaultVariant: "maybe" }, /no variant 'maybe'/],
		["a circle", { requires: [{ flag: "refused", variant: "on" }] }, /circle/],
		["no such day", { expires: "2026-02-30" }, /is no day/]
	])("with %s is refused with its field and why, and changes nothing", async (_, more, words) => {
		const before = await newest();
		const { status, json } = await put("refused", more);
		expect([status, json.code]).toEqual([422, "VALIDATION_ERROR"]);
		expect(json.errors[0]).toMatchObject({
			field: expect.stringMatching(/flag/),
			message: expect.stringMatching(words)
		});
		expect(await newest()).toBe(before);
	});

	it.each(["constructor", "__proto__", "history", "1st"])("of a flag called '%s' is refused", async name => {
		const before = await newest();
		expect([400, 405, 422]).toContain((await put(encodeURIComponent(name))).status);
		expect(await newest()).toBe(before);
	});

	it("that leaves a flag which another one needs is refused", async () => {
		await put("base");
		await put("top", { requires: [{ flag: "base", variant: "on" }] });
		const { status, json } = await api("DELETE", `/base?expected=${await newest()}&reason=x`);
		expect([status, json.errors[0].message]).toEqual([422, expect.stringContaining("There is no flag 'base'")]);
	});

	it("under one Idempotency-Key is made once", async () => {
		const expected = await newest();
		const headers = { "x-api-key": key, "idempotency-key": "once-and-for-all" };
		const body = { flag: flagOf(), expected, reason: "Once." };
		const both = [await api("PUT", "/once", body, headers), await api("PUT", "/once", body, headers)];
		expect(both.map(({ status, json }) => [status, json.revision])).toEqual([1, 2].map(() => [200, expected + 1]));
	});
});

describe("the kill switch and the share", () => {
	it("need no revision, lose no other change, and make none where nothing changes", async () => {
		await put("killed", { rules: [{ name: "rollout", percent: 10, variant: "on" }] });
		const before = await newest();
		const turn = (enabled: boolean) => api("POST", "/killed/switch", { enabled, reason: "Payments fail." });
		const share = (percent: number) => api("POST", "/killed/rollout", { percent, reason: "More." });
		const answers = await Promise.all([turn(false), share(20), put("beside"), turn(false)]);
		expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(3);
		expect((await api("GET", "/killed")).json).toMatchObject({ enabled: false, rules: [{ percent: 20 }] });
		const after = await newest();
		expect(after - before).toBeLessThanOrEqual(3);
		expect([(await turn(false)).json.revision, (await share(20)).json.revision]).toEqual([after, after]);
		const late = await api("POST", "/killed/switch", { enabled: true, expected: before, reason: "Late." });
		expect(late.json.code).toBe("REVISION_CONFLICT");
	});

	it("say which rule where that is not clear", async () => {
		await put("shares", {
			rules: [
				{ name: "one", groups: ["a"], percent: 5, variant: "on" },
				{ name: "two", percent: 5, variant: "on" }
			]
		});
		const share = (rule?: string) =>
			api("POST", "/shares/rollout", { percent: 50, reason: "More.", ...(rule && { rule }) });
		expect((await share()).json.errors[0].message).toContain("say which one (`rule`), of 'one', 'two'");
		expect((await share("three")).json.errors[0].message).toContain("no rule 'three'");
		expect((await share("two")).json.rules).toMatchObject([{ percent: 5 }, { percent: 50 }]);
	});

	it("of a flag that is not there is refused", async () => {
		for (const [path, body] of [
			["/nothing/switch", { enabled: true }],
			["/nothing/rollout", { percent: 5 }]
		] as const)
			expect((await api("POST", path, { ...body, reason: "x" })).json.code).toBe("FLAG_NOT_FOUND");
	});
});

describe("an evaluation", () => {
	beforeAll(async () => {
		await put("asked", { clientSide: true });
		await put("inner");
	});

	it("answers at once by the revision that was just made", async () => {
		await put("fresh", { rules: [{ name: "rollout", percent: 25, variant: "on" }] });
		const context = { targetingKey: somebody("fresh", 26, 50) };
		expect((await evaluated("fresh", context)).json).toMatchObject({ value: false, reason: "DEFAULT" });
		const { json } = await api("POST", "/fresh/rollout", { percent: 50, reason: "More." });
		expect((await evaluated("fresh", context)).json).toEqual({
			key: "fresh",
			value: true,
			variant: "on",
			reason: "SPLIT",
			rule: "rollout",
			metadata: { revision: json.revision, kind: "boolean" }
		});
	});

	it("is OpenFeature's remote evaluation: by its paths, its answers, and its errors in problem details", async () => {
		const one = await ask("POST", "/ofrep/v1/evaluate/flags/asked", {
			body: { context: { targetingKey: "u1", groups: ["staff"] } }
		});
		expect([one.status, one.json]).toMatchObject([
			200,
			{ key: "asked", value: true, reason: "TARGETING_MATCH", variant: "on" }
		]);
		const unknown = await ask("POST", "/ofrep/v1/evaluate/flags/askd", { body: { context: {} } });
		expect([unknown.status, unknown.json]).toMatchObject([
			404,
			{
				key: "askd",
				errorCode: "FLAG_NOT_FOUND",
				errorDetails: "There is no flag 'askd'. Did you mean 'asked'?",
				code: "FLAG_NOT_FOUND"
			}
		]);
		const nobody = await ask("POST", "/ofrep/v1/evaluate/flags/asked", { body: { context: {} } });
		expect([nobody.status, nobody.json]).toMatchObject([400, { key: "asked", errorCode: "TARGETING_KEY_MISSING" }]);
		const all = await ask("POST", "/ofrep/v1/evaluate/flags", { body: { context: { targetingKey: "u1" } } });
		expect(all.json.flags.map((flag: { key: string }) => flag.key)).toEqual(expect.arrayContaining(["asked", "inner"]));
		expect(all.headers.get("etag")).toMatch(/"/);
		const again = await ask("POST", "/ofrep/v1/evaluate/flags", {
			body: { context: { targetingKey: "u1" } },
			headers: { "x-api-key": key, "if-none-match": String(all.headers.get("etag")) }
		});
		expect([again.status, again.json]).toEqual([304, null]);
	});

	it("of many names what each cannot be decided by, and decides the others", async () => {
		const { json } = await api("POST", "/evaluate", { context: {} });
		const of = (name: string) => json.flags.find((flag: { key: string }) => flag.key === name);
		expect(of("asked")).toMatchObject({ reason: "ERROR", errorCode: "TARGETING_KEY_MISSING" });
		expect(of("asked")).not.toHaveProperty("value");
	});

	it("A6: is for whoever is signed in, whatever the body says, and of flags that people may ask for alone", async () => {
		const mine = (path: string, context: object) => api("POST", `/mine${path}`, { context }, person());
		const own = await mine("/asked", {});
		const isOn = bucketOf("asked", "ann") <= 25;
		expect([own.status, own.json]).toMatchObject([200, { value: isOn }]);
		expect((await mine("/asked", { targetingKey: "ann" })).json.value).toBe(isOn);
		for (const context of [{ targetingKey: "bob" }, { groups: ["staff"] }])
			expect((await mine("/asked", context)).json).toMatchObject({
				code: "VALIDATION_ERROR",
				errors: [{ field: expect.stringContaining("context."), message: expect.stringContaining("leave it out") }]
			});
		expect((await mine("/inner", {})).json.code).toBe("FLAG_NOT_FOUND");
		const all = (await mine("", {})).json.flags.map((flag: { key: string }) => flag.key);
		expect([all.includes("asked"), all.includes("inner")]).toEqual([true, false]);
		const ofrep = await ask("POST", "/me/ofrep/v1/evaluate/flags/asked", { body: {}, headers: person() });
		expect(ofrep.json.value).toBe(isOn);
		expect((await api("POST", "/asked/evaluate", { context: {} }, person())).status).toBe(403);
		expect((await api("POST", "/mine/asked", {})).status).toBe(403);
	});

	it("is explained: by which rule, from what, and what would change it", async () => {
		const { json } = await api("POST", "/asked/explain", { context: { targetingKey: "ann" } });
		expect(json).toMatchObject({
			key: "asked",
			inputs: { bucket: bucketOf("asked", "ann"), salt: "asked" },
			checked: [{ rule: "staff", fits: false }, { rule: "rollout" }]
		});
		expect(json.wouldChange.length).toBeGreaterThan(0);
		expect((await api("POST", "/nothing/explain", {})).json.code).toBe("FLAG_NOT_FOUND");
	});
});

it("C7: a flag past its end date is in the stale list, and counted", async () => {
	await put("over", { expires: "2026-01-31" });
	await put("everybody", { rules: [{ name: "all", percent: 100, variant: "on" }] });
	const stale = (await api("GET", "?stale=true")).json;
	expect(stale).toMatchObject([{ key: "over", stale: { because: "expired", since: "2026-02-01T00:00:00.000Z" } }]);
	await (node.getLocalService("flags") as unknown as { look(): Promise<void> }).look();
	const [gauge] = node.metrics.list({ includes: ["banyan.flags.stale"] });
	expect(gauge?.values).toMatchObject([{ value: 1 }]);
});

it("C7: the same by OpenFeature's own API, which hears of changes", async () => {
	await put("standard", { kind: "string", variants: { on: "new", off: "old" } });
	const service = node.getLocalService("flags") as unknown as {
		flags: import("../../../../mixins/flags/answers").FlagAnswers & {
			client(): Promise<import("@openfeature/server-sdk").Client>;
		};
	};
	const client = await service.flags.client();
	const context = { targetingKey: "u1", groups: ["staff"] };
	expect(await client.getStringDetails("standard", "none", context)).toMatchObject({
		value: "new",
		variant: "on",
		reason: "TARGETING_MATCH",
		flagMetadata: { revision: await newest(), rule: "staff" }
	});
	expect(await client.getStringValue("nothing", "none", context)).toBe("none");
	expect(await client.getBooleanDetails("standard", true, context)).toMatchObject({
		value: true,
		errorCode: "TYPE_MISMATCH"
	});
	expect(await client.getStringDetails("standard", "none", {})).toMatchObject({ errorCode: "TARGETING_KEY_MISSING" });
	expect(await client.getNumberDetails("missing", 5, {})).toMatchObject({ value: 5, errorCode: "FLAG_NOT_FOUND" });
	expect(await client.getObjectValue("missing", { a: 1 }, {})).toEqual({ a: 1 });
	const heard: unknown[] = [];
	client.addHandler("PROVIDER_CONFIGURATION_CHANGED" as never, details => void heard.push(details));
	await api("POST", "/standard/switch", { enabled: false, reason: "Off." });
	expect(heard).toMatchObject([{ flagsChanged: ["standard"], metadata: { revision: await newest() } }]);
	expect(await client.getStringDetails("standard", "none", context)).toMatchObject({
		value: "old",
		reason: "DISABLED"
	});
	expect(service.flags.isOn("nothing", context)).toBe(false);
	expect([service.flags.isOn("standard", context, true), service.flags.isOn("asked", context)]).toEqual([true, true]);
});

it("who changed flags is given that, and is forgotten", async () => {
	const changing = { meta: { caller: { id: "person:ann", scopes: [], person: { account: "ann" } } } } as never;
	const change = { key: "asked", enabled: false, reason: "Mine." };
	await node.call("flags.switch", change, changing);
	expect(await node.call("flags.personal", { account: "ann" })).toEqual({ changed: 1 });
	const service = node.getLocalService("flags") as unknown as {
		revisions: { forget(account: string): Promise<number> };
	};
	await service.revisions.forget("ann");
	expect(await node.call("flags.personal", { account: "ann" })).toBeNull();
	expect((await api("GET", "/history?limit=1")).json.items[0]).toMatchObject({ reason: "Mine.", author: "erased" });
});

it("whom a call is for is the person who is signed in, or the key, and nobody where nobody asked from outside", () => {
	const key = { id: "k-1", scopes: [] };
	const person = { account: "a-1", session: "s-1", scopes: [], factors: [], provedAt: 0 };
	expect(contextOf({})).toEqual({});
	expect(contextOf({ caller: key })).toEqual({ targetingKey: "k-1" });
	expect(contextOf({ caller: { ...key, id: "person:a-1", person } })).toEqual({ targetingKey: "a-1" });
});
