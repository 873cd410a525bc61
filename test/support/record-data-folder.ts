/**
 * Records a data folder of the version that `dist/` was built from: `tsx test/support/record-data-folder.ts FOLDER`.
 * `test/fixtures/data-folder/README.md` says what is in it.
 */

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Door, moveSome, openDoor, plan } from "./door";
import { keepFirst } from "./few";
import { logIn, ask as ofPanel } from "./panels";
import { addressOf, openPanels, type Side } from "./recorded-folder";
import { until } from "./until";

const USERS = 36;
const SECRETS = { SOURCE_PASSWORD: "admin123", TARGET_PASSWORD: "admin123" };

/** The second writes its password out, so that it is sealed where it is kept. */
const definition = (name: string, target: Side, changes: object = {}) => ({
	name,
	source: { connector: "marzneshin", url: addressOf("source"), username: "admin", password: "${SOURCE_PASSWORD}" },
	target: {
		connector: "marzban",
		url: addressOf(target),
		username: "admin",
		password: target === "first" ? "${TARGET_PASSWORD}" : "admin123",
		settleMs: 500
	},
	...changes
});

async function asked(door: Door, path: string, body: object = {}, headers: Record<string, string> = {}) {
	const answer = await door.ask(`/api/v1${path}`, { method: "POST", body, headers });
	if (answer.status >= 300) throw new Error(answer.text);
	return answer.json;
}

const rests = (door: Door, name: string, phase: string): Promise<void> =>
	until(async () => {
		const { json } = await door.ask(`/api/v1/migrations/${name}`);
		return !json.running && json.phase === phase;
	}, `'${name}' is ${phase}`);

/** A run that is over, compared once more; one that was put back; one that is only planned; keys, one of them revoked. */
async function calmLife(door: Door): Promise<object> {
	await asked(door, "/api-keys", { name: "reader", scopes: ["migration:read"] }, { "idempotency-key": "one-key" });
	const { id } = await asked(door, "/api-keys", { name: "revoked", scopes: ["migration:read"] });
	await door.ask(`/api/v1/api-keys/${id}`, { method: "DELETE" });
	await moveSome(door, definition("moved", "first", { conflict: "overwrite" }));
	await asked(door, "/migrations/moved/compare");
	await rests(door, "moved", "finished");
	await moveSome(door, definition("returned", "second", { batch: { records: 5 } }), 8);
	await asked(door, "/migrations/returned/pause");
	await asked(door, "/migrations/returned/rollback");
	await rests(door, "returned", "rolled-back");
	await plan(door, definition("planned", "first", { streams: ["users"] }));
	const report = async (stream: string): Promise<unknown[]> =>
		(await door.ask(`/api/v1/migrations/moved/report?stream=${stream}`)).json.lines;
	return { key: door.key, admins: await report("admins"), users: await report("users") };
}

/** Killed as the kernel would, once the third batch is at the target and its results are not recorded. */
async function halfALife(folder: string): Promise<void> {
	const door = await openDoor(folder, { ...SECRETS, FAILPOINT: "applied@3=kill" });
	await plan(door, definition("halfway", "second", { batch: { records: 6 } }));
	await asked(door, "/migrations/halfway/start");
	await until(
		() =>
			door.ask("/live").then(
				() => false,
				() => true
			),
		"the server is dead"
	);
}

async function main(into: string): Promise<void> {
	const folder = join(into, "recording");
	mkdirSync(join(folder, "panels"), { recursive: true });
	const panels = await openPanels(join(folder, "panels"));
	const { source, first } = panels.panels;
	keepFirst(source, USERS);
	// Somebody of one of the names is at the target already, and is overwritten: there is a pre-image.
	const token = await logIn(first);
	const theirs = { username: "ali_rezaei", proxies: { vless: {} }, note: "here before" };
	const { status, text } = await ofPanel(first, "/api/user", { method: "POST", token, json: theirs });
	if (status !== 200) throw new Error(text);
	const door = await openDoor(folder, SECRETS);
	const said = await calmLife(door);
	await door.node.stop();
	await halfALife(folder);
	for (const panel of Object.values(panels.panels)) panel.db.exec("VACUUM");
	await panels[Symbol.asyncDispose]();
	cpSync(join(folder, "server"), join(into, "server"), { recursive: true });
	cpSync(join(folder, "panels"), join(into, "panels"), { recursive: true });
	writeFileSync(join(into, "said.json"), `${JSON.stringify(said, null, "\t")}\n`);
	rmSync(folder, { recursive: true });
	process.stdout.write(`${readFileSync(join(into, "server", "keys.db"), "utf8")}\n`);
}

void main(process.argv[2] as string).then(() => process.exit(0));
