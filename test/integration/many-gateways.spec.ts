/** Several gateways, several `access` and `idempotency` on one store: one set of keys, one answer a request, one limit. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Collection } from "../../adapters/collection";
import type { Broker } from "../../cluster";
import type { ApiKey } from "../../contracts/platform/access";
import { textOf } from "../../domain/unknown";
import { type ClusterNodes, startCluster } from "../support/cluster-nodes";
import { until } from "../support/until";

const SERVICES = "gateway,access,idempotency";
const LIMIT = 8;
let cluster: ClusterNodes;
let nodes: readonly [Broker, Broker];
let key: string;

beforeAll(async () => {
	cluster = await startCluster({ GATEWAY_PORT: "0", API_KEYS: String(LIMIT), IDEMPOTENCY_ANSWERS_EACH: "60" });
	// At once, on an empty store.
	nodes = await Promise.all([node("one"), node("two")]);
	const [file] = ["one", "two"].map(id => join(cluster.folder, id, "api-key")).filter(each => existsSync(each));
	key = readFileSync(String(file), "utf8").trim();
});
afterAll(() => cluster?.[Symbol.asyncDispose]());

const node = (id: string): Promise<Broker> => cluster.open({ id, services: SERVICES });
const urlOf = (at: Broker): string => String(textOf(at.getLocalService("gateway"), "address"));

interface Answer {
	readonly status: number;
	readonly code: string | undefined;
	readonly replayed: boolean;
	readonly body: Record<string, unknown>;
}

async function ask(
	at: Broker,
	method: string,
	path: string,
	more: Record<string, string> = {},
	body?: object
): Promise<Answer> {
	const answer = await fetch(`${urlOf(at)}/api/v1${path}`, {
		method,
		headers: { "x-api-key": key, ...(body && { "content-type": "application/json" }), ...more },
		...(body && { body: JSON.stringify(body) })
	});
	const said = (await answer.json()) as Record<string, unknown>;
	const replayed = answer.headers.get("idempotency-replayed") === "true";
	return { status: answer.status, code: textOf(said, "code"), replayed, body: said };
}

const keysAt = async (at: Broker): Promise<readonly ApiKey[]> => (await ask(at, "GET", "/api-keys")).body as never;
const make = (at: Broker, name: string, more: Record<string, string> = {}): Promise<Answer> =>
	ask(at, "POST", "/api-keys", more, { name, scopes: ["migration:read"] });
const ofBoth = <T>(each: (at: Broker, index: number) => Promise<T>, times: number): Promise<T[]> =>
	Promise.all(Array.from({ length: times }, (_, index) => each(nodes[index % 2] as Broker, index)));
const revokeAll = async (): Promise<void> => {
	for (const { id, name } of await keysAt(nodes[0]))
		if (name !== "the first one") await ask(nodes[0], "DELETE", `/api-keys/${id}`);
};

it("of nodes that start at once on an empty store one makes the first key, in its folder", async () => {
	const files = ["one", "two"].filter(id => existsSync(join(cluster.folder, id, "api-key")));
	expect(files).toHaveLength(1);
	for (const id of ["one", "two"]) expect(existsSync(join(cluster.folder, id, "api-key.new"))).toBe(false);
	expect((await ofBoth(keysAt, 2)).map(keys => keys.map(({ name }) => name))).toEqual([
		["the first one"],
		["the first one"]
	]);
});

it("a key that one makes is good at the other at once, and refused there within a second once it is revoked", async () => {
	for (const isHeard of [true, false]) {
		const { body } = await make(nodes[0], "short");
		const bearer = { "x-api-key": String(body.key) };
		// 403: known, and without that scope.
		expect((await ask(nodes[1], "GET", "/api-keys", bearer)).status).toBe(403);
		const revoked = performance.now();
		if (isHeard) await ask(nodes[0], "DELETE", `/api-keys/${body.id}`);
		else await stored(nodes[0]).remove(String(body.id));
		let last = performance.now();
		await until(async () => {
			last = performance.now();
			return (await ask(nodes[1], "GET", "/api-keys", bearer)).status === 401;
		});
		// Asked for the last time within it, and answered no more.
		expect([isHeard, last - revoked < 1_000]).toEqual([isHeard, true]);
	}
});

/** Behind the service's back: nobody is told. */
const stored = (at: Broker): Collection<ApiKey> =>
	(at.getLocalService("access") as unknown as { keys: Collection<ApiKey> }).keys;

it("one Idempotency-Key at both at once has one effect; who comes later gets the answer, from any node", async () => {
	const once = { "idempotency-key": "the-same" };
	const answers = await ofBoth(at => make(at, "once", once), 12);
	const made = answers.filter(({ status }) => status === 201);
	expect(new Set(made.map(({ body }) => body.key)).size).toBe(1);
	expect(answers.filter(({ replayed, status }) => !replayed && status === 201)).toHaveLength(1);
	for (const { status, code } of answers) expect([201, "IDEMPOTENCY_RUNNING"]).toContain(status === 201 ? 201 : code);
	const later = await ofBoth(at => make(at, "once", once), 2);
	expect(later.map(({ status, replayed, body }) => [status, replayed, body.key])).toEqual(
		[1, 2].map(() => [201, true, made[0]?.body.key])
	);
	expect((await ask(nodes[1], "POST", "/api-keys", once, { name: "another", scopes: ["migration:read"] })).code).toBe(
		"IDEMPOTENCY_REUSED"
	);
	expect((await keysAt(nodes[0])).filter(({ name }) => name === "once")).toHaveLength(1);
	await revokeAll();
});

it("as many keys are made as there may be, however many ask both at once", async () => {
	const answers = await ofBoth((at, index) => make(at, `key ${index}`), 30);
	const made = answers.filter(({ status }) => status === 201);
	const kept = await keysAt(nodes[1]);
	expect(kept.length).toBeLessThanOrEqual(LIMIT);
	expect(made.length).toBe(kept.length - 1);
	// One after the other there is room to the last.
	for (let index = kept.length; index < LIMIT; index++)
		expect((await make(nodes[index % 2] as Broker, "one more")).status).toBe(201);
	expect((await make(nodes[1], "too many")).code).toBe("LIMIT_REACHED");
	await revokeAll();
});

it("answers that another node keeps count, too: nobody has more than their share", async () => {
	const [{ id }] = (await keysAt(nodes[0])) as [ApiKey];
	const begin = (at: Broker, index: number) =>
		at.call("idempotency.begin", { client: id, key: `share-${index}`, digest: "d" }).then(
			({ state }) => state,
			(error: unknown) => textOf(error, "type")
		);
	// The other node's are not known to this one yet.
	const states: unknown[] = [];
	for (let index = 0; index < 140; index++) states.push(await begin(nodes[index % 2] as Broker, index));
	expect(states.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => "new"));
	expect(states.slice(-10)).toEqual(Array.from({ length: 10 }, () => "LIMIT_REACHED"));
	// At worst each lets in as many as it has room for.
	expect(states.filter(state => state === "new").length).toBeLessThanOrEqual(120);
});

it("a request whose gateway is gone is unknown, or done again where that comes to the same; asked once more it is its own", async () => {
	const began = { client: "somebody", digest: "d" };
	const mine = { ...began, key: "mine", token: "t", gateway: "one", repeatable: false };
	const states = async (...asked: object[]): Promise<unknown[]> => {
		const all: unknown[] = [];
		for (const [index, each] of asked.entries())
			all.push((await (nodes[index % 2] as Broker).call("idempotency.begin", each as typeof mine)).state);
		return all;
	};
	expect(await states(mine, mine, { ...mine, token: "other" })).toEqual(["new", "new", "running"]);
	const gone = { ...mine, gateway: "killed", key: "gone" };
	expect(await states(gone, { ...gone, token: "other", gateway: "two" })).toEqual(["new", "unknown"]);
	const again = { ...gone, key: "again", repeatable: true };
	const taken = { ...again, token: "other", gateway: "two" };
	expect(await states(again, taken, { ...taken, token: "third" })).toEqual(["new", "new", "running"]);
});
