/** API keys of machines and of people: how long they are good, what follows them, what they give, and when they end. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Broker } from "../../../../cluster";
import type { SignedIn } from "../../../../contracts/people";
import type { ApiKey, NewApiKey } from "../../../../contracts/platform/access";
import { openNode } from "../../../../node";
import { until } from "../../../support/until";

let folder: string;
let node: Broker;
let url: string;
let first: string;
/** What an account may, by its name; null: there is none. */
const accounts = new Map<string, { state: string; scopes: string[] } | null>();
/** What was said to have been forgotten. */
const forgot: object[] = [];

const others = [
	{ name: "auth", actions: { account: ({ params }: { params: { id: string } }) => accounts.get(params.id) ?? null } },
	{ name: "users", actions: { forgot: ({ params }: { params: object }) => forgot.push(params) > 0 } }
];

async function begin(): Promise<void> {
	node = await openNode(
		{ services: ["access", "idempotency", "signing", "sessions", "gateway"], logLevel: "fatal" },
		{ DATA_DIR: folder, GATEWAY_PORT: "0", GATEWAY_WRONG_KEYS: "1000", API_KEYS: "6", API_KEYS_EACH: "3" }
	);
	for (const other of others) node.createService(other as never);
	await node.waitForServices(["auth", "users"]);
	url = (node.getLocalService("gateway") as unknown as { address: string }).address;
	first = readFileSync(join(folder, "api-key"), "utf8").trim();
}
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-own-keys-"));
	await begin();
});
afterAll(async () => {
	await node.stop();
	rmSync(folder, { recursive: true });
});
afterEach(() => jest.restoreAllMocks());

interface Said<T> {
	readonly status: number;
	readonly json: T & { readonly code?: string; readonly detail?: string };
}
async function ask<T = ApiKey>(path: string, token: string, body?: object, more: RequestInit = {}): Promise<Said<T>> {
	const said = await fetch(`${url}/api/v1${path}`, {
		method: body ? "POST" : "GET",
		...more,
		headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...more.headers },
		...(body && { body: JSON.stringify(body) })
	});
	return { status: said.status, json: (await said.json()) as Said<T>["json"] };
}
const make = (token: string, path: string, body: object) => ask<NewApiKey>(path, token, body);
const listed = (token = first) => ask<ApiKey[]>("/api-keys", token).then(({ json }) => json);
const isGood = async (key: string): Promise<boolean> => (await node.call("access.check", { key })) !== null;
async function signedIn(account: string, scopes: string[] = []): Promise<SignedIn> {
	accounts.set(account, { state: "active", scopes });
	const client = { address: "203.0.113.7", agent: "", device: null };
	return node.call("sessions.open", { account, scopes, factors: ["password"], client, device: null });
}
const signIn = async (account: string, scopes?: string[]): Promise<string> =>
	(await signedIn(account, scopes)).accessToken;
const later = (ms: number) => jest.spyOn(Date, "now").mockReturnValue(Date.now() + ms);
/** As a durable event is delivered. */
async function heard(name: string, event: string, params: object): Promise<void> {
	const service = node.getLocalService(name) as unknown as { schema: { events: Record<string, Listener> } };
	await service.schema.events[event]?.handler.call(service, { params });
}
interface Listener {
	readonly handler: (ctx: object) => Promise<void>;
}
const DAY = 86_400_000;

describe("a machine's key", () => {
	it("is good until it is over", async () => {
		const { json, status } = await make(first, "/api-keys", {
			name: "short",
			scopes: ["nodes:read"],
			expiresInDays: 1
		});
		expect([status, Date.parse(json.expiresAt ?? "") - Date.parse(json.createdAt)]).toEqual([201, DAY]);
		expect(await isGood(json.key)).toBe(true);
		later(DAY + 1);
		expect(await isGood(json.key)).toBe(false);
	});

	it("is followed by another, and both work until its overlap ends", async () => {
		const { json: before } = await make(first, "/api-keys", {
			name: "deploy",
			scopes: ["nodes:read"],
			expiresInDays: 30
		});
		const { json: after, status } = await make(first, `/api-keys/${before.id}/rotate`, { overlapSeconds: 60 });
		expect([status, after.name, after.scopes]).toEqual([201, "deploy", ["nodes:read"]]);
		expect(Date.parse(after.expiresAt ?? "") - Date.parse(after.createdAt)).toBe(30 * DAY);
		expect((await listed()).find(({ id }) => id === before.id)?.followedBy).toBe(after.id);
		expect([await isGood(before.key), await isGood(after.key)]).toEqual([true, true]);
		expect((await make(first, `/api-keys/${before.id}/rotate`, {})).json.code).toBe("KEY_FOLLOWED");
		later(61_000);
		expect([await isGood(before.key), await isGood(after.key)]).toEqual([false, true]);
		expect((await make(first, "/api-keys/nobody/rotate", {})).json.code).toBe("KEY_NOT_FOUND");
	});

	it("followed by one at once has one follower, whoever asks, and the same under one Idempotency-Key", async () => {
		const { json: before } = await make(first, "/api-keys", { name: "raced", scopes: ["nodes:read"] });
		const rotate = (more: RequestInit = {}) =>
			ask<NewApiKey>(`/api-keys/${before.id}/rotate`, first, { overlapSeconds: 0 }, more);
		const all = await Promise.all([rotate(), rotate(), rotate(), rotate()]);
		expect(all.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
		const made = all.find(({ status }) => status === 201)?.json.id ?? "";
		const named = { headers: { "idempotency-key": "rotated" } };
		const again = () => ask<NewApiKey>(`/api-keys/${made}/rotate`, first, { overlapSeconds: 0 }, named);
		expect((await again()).json.key).toBe((await again()).json.key);
	});

	it("gives way where it is over, and there are as many as there may be", async () => {
		for (;;) {
			const { status, json } = await make(first, "/api-keys", { name: "one more", scopes: ["nodes:read"] });
			if (status === 201) continue;
			expect([status, json.code]).toEqual([429, "LIMIT_REACHED"]);
			expect(json.detail).toContain("API_KEYS");
			break;
		}
		const all = await listed();
		expect(all).toHaveLength(6);
		expect(all.filter(({ expiresAt }) => expiresAt != null && Date.parse(expiresAt) <= Date.now())).toEqual([]);
	});

	it("says when it was used last, also after a restart", async () => {
		const [used] = (await listed()).filter(({ name }) => name === "the first one");
		expect(Date.parse(used?.lastUsedAt ?? "")).toBeGreaterThan(Date.now() - 60_000);
		await node.stop();
		await begin();
		const kept = await node.call("access.list", {});
		expect(kept.find(({ name }) => name === "the first one")?.lastUsedAt).not.toBeNull();
		expect(kept.filter(({ name }) => name === "one more").map(({ lastUsedAt }) => lastUsedAt)).not.toContain(undefined);
	});
});

describe("a key of somebody's own", () => {
	const own = "/auth/api-keys";

	it("has no more scopes than they have, and loses those that they lose", async () => {
		const ann = await signIn("ann", ["nodes:read"]);
		const refused = await make(ann, own, { name: "too much", scopes: ["keys:manage"] });
		expect([refused.status, refused.json.code]).toEqual([403, "SCOPE_NOT_YOURS"]);
		const { json } = await make(ann, own, { name: "mine", scopes: ["nodes:read", "own:read"] });
		expect(json.owner).toBe("ann");
		expect((await ask("/nodes", json.key)).status).toBe(200);
		accounts.set("ann", { state: "active", scopes: [] });
		expect((await node.call("access.check", { key: json.key }))?.scopes).toEqual(["own:read"]);
	});

	it("reads what is theirs, and changes nothing of it", async () => {
		const bob = await signIn("bob");
		const { json } = await make(bob, own, { name: "backup", scopes: ["own:read"] });
		const { json: seen } = await ask<ApiKey[]>(own, json.key);
		expect(seen.map(({ id }) => id)).toEqual([json.id]);
		expect((await make(json.key, own, { name: "another", scopes: ["own:read"] })).status).toBe(403);
		expect((await ask(`${own}/${json.id}`, json.key, undefined, { method: "DELETE" })).status).toBe(403);
		expect((await ask("/registry", json.key)).status).toBe(404);
	});

	it("is theirs alone: nobody else lists, follows or ends it, not even whoever manages keys sees a new one of it", async () => {
		const [cid, dan] = [await signIn("cid"), await signIn("dan")];
		const { json } = await make(cid, own, { name: "cid's", scopes: ["own:read"] });
		expect((await ask<ApiKey[]>(own, dan)).json).toEqual([]);
		expect((await make(dan, `${own}/${json.id}/rotate`, {})).json.code).toBe("KEY_NOT_FOUND");
		expect((await ask(`${own}/${json.id}`, dan, undefined, { method: "DELETE" })).json.code).toBe("KEY_NOT_FOUND");
		expect((await make(first, `/api-keys/${json.id}/rotate`, {})).json.code).toBe("KEY_NOT_FOUND");
		expect((await make(cid, `${own}/${json.id}/rotate`, { overlapSeconds: 0 })).json).toMatchObject({ owner: "cid" });
		expect(await isGood(json.key)).toBe(false);
		expect((await ask(`/api-keys/${json.id}`, first, undefined, { method: "DELETE" })).status).toBe(200);
	});

	it("is one of so many, which takes none from machines", async () => {
		const eve = await signIn("eve");
		const all = [1, 2, 3, 4, 5].map(each => make(eve, own, { name: `e${each}`, scopes: ["own:read"] }));
		expect((await Promise.all(all)).map(({ status }) => status).sort()).toEqual([201, 201, 201, 429, 429]);
	});

	it("is refused while their account is disabled, and gone with it", async () => {
		const fay = await signIn("fay");
		const { json } = await make(fay, own, { name: "f", scopes: ["own:read"] });
		accounts.set("fay", { state: "disabled", scopes: [] });
		await until(async () => (await ask(own, json.key)).status === 401);
		accounts.set("fay", { state: "active", scopes: [] });
		const keptOf = await node.call("access.personal", { account: "fay" });
		expect(keptOf).toMatchObject({ apiKeys: [{ id: json.id }] });
		await heard("access", "auth.erased", { account: "fay", request: "r-1" });
		expect(forgot).toContainEqual({ request: "r-1", service: "access", count: 1, kept: [] });
		expect(await isGood(json.key)).toBe(false);
		await until(async () => (await ask(own, json.key)).status === 401);
	});

	it("is made by whoever proved a short while ago who they are", async () => {
		const { sessionToken } = await signedIn("gil");
		later(901_000);
		const wanted = { name: "late", scopes: ["own:read"] };
		expect((await make(sessionToken, own, wanted)).json.code).toBe("STEP_UP_REQUIRED");
		expect((await ask(own, sessionToken)).status).toBe(200);
	});

	it.each([
		["no name", { scopes: ["own:read"] }],
		["no scopes", { name: "a", scopes: [] }],
		["a scope that is none", { name: "a", scopes: ["everything"] }],
		["scopes that are a text", { name: "a", scopes: "own:read" }],
		["an end before it begins", { name: "a", scopes: ["own:read"], expiresInDays: 0 }],
		["an end that is no number", { name: "a", scopes: ["own:read"], expiresInDays: "1" }],
		["a name that is too long", { name: "a".repeat(101), scopes: ["own:read"] }],
		["another's account", { name: "a", scopes: ["own:read"], owner: "ann" }]
	])("is not made of %s", async (_, body) => {
		const { status, json } = await make(await signIn("hal"), own, body);
		expect([status, json.code]).toEqual([422, "VALIDATION_ERROR"]);
	});
});
