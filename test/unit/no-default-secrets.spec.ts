/** No secret has a value that others know: each is made where it is first needed, given by the operator, or missed in a sentence. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clusterKeys, readKeys } from "../../adapters/cluster-key";
import { openMemoryStore } from "../../adapters/eventstore";
import { secretKey } from "../../adapters/secrets";
import { sharedRing } from "../../adapters/secrets/shared";
import { VARIABLES } from "../../cluster/variables";
import { secretsIn } from "../../local/secrets";
import { readConfig } from "../../moleculer.config";

const dirs: string[] = [];
const folder = (): string => {
	const dir = mkdtempSync(join(tmpdir(), "banyan-none-"));
	dirs.push(dir);
	return dir;
};
afterAll(() => {
	for (const dir of dirs) rmSync(dir, { recursive: true, force: true });
});

/** All files of a folder, by name. */
const kept = (dir: string): Map<string, string> =>
	new Map(
		readdirSync(dir, { recursive: true, withFileTypes: true })
			.filter(each => each.isFile())
			.map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name), "latin1")])
	);

it("no setting that holds a secret has a default", () => {
	const holding = Object.entries(VARIABLES).filter(
		([name, { secret }]) =>
			secret || (/(KEY|TOKEN|PASSWORD|SECRET|CREDS|IDENTITY)(_FILE)?$/.test(name) && name !== "NODE_IDENTITY")
	);
	expect(holding.map(([name]) => name)).toEqual(
		expect.arrayContaining(["CLUSTER_KEY", "MONGODB_URL", "NODE_IDENTITY_FILE"])
	);
	for (const [name, { fallback }] of holding) expect([name, fallback]).toEqual([name, null]);
});

it.each<readonly [string, (dir: string) => unknown]>([
	["alone, the keys of secrets", dir => secretKey(dir)],
	["among others, the cluster's key", dir => clusterKeys({ keys: null, file: null, dataDir: dir }, true)],
	["make cluster", dir => secretsIn(dir)]
])("%s: made at random, for its owner alone", (_, make) => {
	const [one, other] = [folder(), folder()];
	for (const dir of [one, other]) make(dir);
	const [first, second] = [kept(one), kept(other)];
	expect(first.size).toBeGreaterThan(0);
	for (const [name, content] of first) expect([name, content === second.get(name)]).toEqual([name, false]);
	for (const each of readdirSync(one, { recursive: true, withFileTypes: true }).filter(found => found.isFile()))
		expect([each.name, statSync(join(each.parentPath, each.name)).mode & 0o777]).toEqual([each.name, 0o600]);
});

it("where nothing may be made, the node says what it needs", async () => {
	expect(() => clusterKeys({ keys: null, file: null, dataDir: folder() }, false)).toThrow(/no key of the cluster/);
	await expect(sharedRing(openMemoryStore(), [])).rejects.toThrow(/set CLUSTER_KEY/);
	const meeting = { TRANSPORTER: "nats://127.0.0.1:4222", DATA_DIR: folder() };
	for (const mode of ["accept", "require"])
		expect(() => readConfig({ ...meeting, NODE_IDENTITY: mode })).toThrow(
			/needs NODE_IDENTITY_FILE.*banyan identity --help/
		);
	expect(() => readConfig({ ...meeting, STORE: "cluster" })).toThrow(/MONGODB_URL/);
});

it("a cluster's key that somebody typed is none", () => {
	const typed = ["0".repeat(64), "deadbeef".repeat(8), "0123456789abcdef".repeat(4), "A".repeat(43)];
	const counted = Buffer.from(Array.from({ length: 32 }, (_, at) => at));
	for (const key of [
		...typed,
		counted.toString("hex"),
		counted.toString("base64"),
		Buffer.alloc(32, "password").toString("base64")
	])
		expect([key, readKeys(key)]).toEqual([key, undefined]);
});
