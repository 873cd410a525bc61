/**
 * Secrets that are kept get another key while a server runs: what is kept says nothing in the clear, nothing is left under a
 * key before, whenever the server is killed meanwhile, and all of it opens.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openSqliteStore, versioned } from "../../adapters/eventstore";
import { openStage, type Stage } from "../support/banyan";
import { type Door, openDoor } from "../support/door";
import { until } from "../support/until";

/** The target's, as its panel knows it, written out in a definition. */
const PASSWORD = "admin123";
const NAME = "panel";

let stage: Stage;
let door: Door;
beforeAll(async () => {
	stage = await openStage({ users: 6 });
	door = await openDoor(stage.folder, { SOURCE_PASSWORD: PASSWORD, TARGET_PASSWORD: PASSWORD });
});
afterAll(async () => {
	await door[Symbol.asyncDispose]();
	await stage[Symbol.asyncDispose]();
});

const post = (path: string, body: unknown = {}, headers: Record<string, string> = {}) =>
	door.ask(path, { method: "POST", body, headers });
const rekey = () => post("/api/v1/secrets/rekey");
const folder = (): string => join(stage.folder, "server");
const keysNow = (): string[] =>
	JSON.parse(readFileSync(join(folder(), "secret.key"), "utf8")).keys.map(({ id }: { id: string }) => id);

/** With which keys what is kept is sealed, by place: of a run what counts is its last definition. */
async function sealedWith(): Promise<Record<string, string[]>> {
	const idsIn = (text: string): string[] => [
		...new Set([...text.matchAll(/sealed:v2:([\w-]+):/g)].map(([, id = ""]) => id))
	];
	const store = versioned(openSqliteStore(join(folder(), "events.db"), { access: "read" }));
	let last = "";
	for await (const { event } of store.read(`migration/${NAME}`))
		if (event.type === "planned" || event.type === "redefined") last = JSON.stringify(event.data);
	await store.close();
	const { DatabaseSync } = await import("node:sqlite");
	const rows = (file: string): string => {
		const db = new DatabaseSync(join(folder(), file), { readOnly: true });
		const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all() as { name: string }[];
		const text = tables.map(({ name }) => JSON.stringify(db.prepare(`SELECT * FROM "${name}"`).all())).join("");
		db.close();
		return text;
	};
	return { run: idsIn(last), definitions: idsIn(rows("definitions.db")), answers: idsIn(rows("requests.db")) };
}

it("a run, its plan and what was answered are sealed anew, and open", async () => {
	const { source, target, ...definition } = JSON.parse(readFileSync(stage.definition, "utf8"));
	const document = { ...definition, name: NAME, source, target: { ...target, password: "admin123" } };
	expect((await post("/api/v1/migrations/plan", { document: JSON.stringify(document) })).status).toBe(200);
	expect((await post(`/api/v1/migrations/${NAME}/start`)).status).toBe(202);
	const key = { "Idempotency-Key": "one" };
	const made = await post("/api/v1/api-keys", { name: "ci", scopes: ["migration:read"] }, key);
	await until(async () => (await door.ask(`/api/v1/migrations/${NAME}`)).json.phase === "finished", "it is done");

	const [before] = keysNow();
	expect(await sealedWith()).toEqual({ run: [before], definitions: [before], answers: [before] });
	const done = await rekey();
	expect(done.json).toMatchObject({ left: 0 });
	const [after, ...more] = keysNow();
	expect(more).toEqual([]);
	expect(after).not.toBe(before);
	expect(await sealedWith()).toEqual({ run: [after], definitions: [after], answers: [after] });
	// What was answered is answered again, and the run is known with what opens its panels.
	expect((await post("/api/v1/api-keys", { name: "ci", scopes: ["migration:read"] }, key)).json).toEqual(made.json);
	door = await door.again().catch(async () => {
		await door.node.stop();
		return door.again();
	});
	expect((await door.ask(`/api/v1/migrations/${NAME}`)).json.phase).toBe("finished");
	expect((await door.ask(`/api/v1/migrations/${NAME}/logs`)).text).toContain(
		"its secrets were sealed with another key."
	);
});

it("killed at any time, nothing is lost; given once more it comes to its end", async () => {
	for (const ms of [0, 5, 15, 40, 80]) {
		void rekey().catch(() => undefined);
		await new Promise(resolve => setTimeout(resolve, ms));
		await door.node.kill();
		door = await door.again();
	}
	await until(async () => (await rekey()).json.left === 0, "nothing is left");
	const [key, ...more] = keysNow();
	expect(more).toEqual([]);
	expect(await sealedWith()).toEqual({ run: [key], definitions: [key], answers: [key] });
	expect((await post(`/api/v1/migrations/${NAME}/rollback`)).status).toBeLessThan(300);
	await until(
		async () => (await door.ask(`/api/v1/migrations/${NAME}`)).json.phase === "rolled-back",
		"it is put back"
	);
});

it("no file of the data folder has a secret in the clear, but for those that are for their owner", () => {
	const own = new Set(["api-key", "secret.key"]);
	const files = readdirSync(folder(), { recursive: true, withFileTypes: true }).filter(
		each => each.isFile() && !own.has(each.name)
	);
	const firstKey = readFileSync(join(folder(), "api-key"), "utf8").trim();
	const { root, keys } = JSON.parse(readFileSync(join(folder(), "secret.key"), "utf8"));
	const secrets = [PASSWORD, firstKey, root, ...keys.map(({ secret }: { secret: string }) => secret)];
	for (const { parentPath, name } of files) {
		const text = readFileSync(join(parentPath, name), "latin1");
		for (const secret of secrets) expect([name, text.includes(secret)]).toEqual([name, false]);
	}
});
