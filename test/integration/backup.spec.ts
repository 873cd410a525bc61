/**
 * Backups of a cluster, by the command, from and to real servers: while its nodes write; restored into servers that keep
 * nothing; and from a data folder to servers and back, with a run in its midst that goes on there to its end.
 */

import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { intoServers } from "../../adapters/backup/into-servers";
import { openBackup } from "../../adapters/backup/read";
import { keptAtServers } from "../../adapters/backup/servers";
import { openSqliteStore } from "../../adapters/eventstore";
import { openJetStreamStore } from "../../adapters/eventstore/jetstream";
import { hold } from "../../adapters/mongo/connection";
import { backup, restoreBackup } from "../../cli/commands/backup";
import type { Broker } from "../../cluster";
import { keysIn, readConfig } from "../../moleculer.config";
import { openNode } from "../../node";
import { type ClusterNodes, startCluster } from "../support/cluster-nodes";
import { openRecorded, type Recorded } from "../support/recorded-folder";
import { until } from "../support/until";

const STAGES = "extractor,transformer,validator,importer,verifier,migration,links,access,idempotency";
let cluster: ClusterNodes;
let folder: string;
let recorded: Recorded;
const own = { ...process.env };
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-backups-"));
	cluster = await startCluster();
	recorded = await openRecorded("e3da458", folder);
	writeFileSync(join(folder, "passphrase"), "correct horse battery staple\n");
	jest.spyOn(process.stdout, "write").mockReturnValue(true);
});
afterAll(async () => {
	jest.restoreAllMocks();
	process.env = own;
	await cluster?.[Symbol.asyncDispose]();
	await recorded?.[Symbol.asyncDispose]();
	rmSync(folder, { recursive: true, force: true });
});

const PANELS = {
	SOURCE_PASSWORD: "admin123",
	TARGET_PASSWORD: "admin123",
	CONNECT_ALLOW: "any",
	SECRET_NAMES: "SOURCE_PASSWORD,TARGET_PASSWORD"
};
/** Another cluster on the same servers. */
const place = (name: string): Record<string, string> => ({
	...cluster.environment,
	...PANELS,
	NAMESPACE: name,
	MONGODB_URL: String(cluster.environment.MONGODB_URL).replace(/\/banyan$/, `/${name}`)
});
const inFolder = (dir: string): Record<string, string> => ({ ...PANELS, DATA_DIR: dir });
const passphraseFile = (): string => join(folder, "passphrase");

async function under<T>(environment: Record<string, string>, work: () => Promise<T>): Promise<T> {
	process.env = { PATH: own.PATH, ...environment };
	return await work().finally(() => {
		process.env = own;
	});
}
const taken = async (environment: Record<string, string>, name: string): Promise<string> => {
	const file = join(folder, `${name}.backup`);
	expect(await under(environment, () => backup(file, { passphraseFile: passphraseFile() }))).toBe(0);
	return file;
};
const restored = (environment: Record<string, string>, file: string): Promise<number> =>
	under(environment, () => restoreBackup(file, { passphraseFile: passphraseFile() }));

const serversOf = (environment: Record<string, string>) => {
	const { events, mongo } = readConfig(environment, { access: "read", logFile: 2, logLevel: "fatal" }).settings;
	if (!events || !mongo) throw new Error("It has no servers.");
	return { events, mongo, keys: keysIn(environment), opens: () => Buffer.alloc(32) };
};

/** All lines that are kept at servers; versions left out, where they may be others. */
async function contents(environment: Record<string, string>): Promise<string[]> {
	const kept = await keptAtServers(serversOf(environment));
	const lines: string[] = [];
	for await (const { kind, name, lines: found } of kept.parts())
		for await (const line of found) lines.push(JSON.stringify([kind, name ?? "", line]));
	await kept.close();
	return lines;
}

async function open(environment: Record<string, string>, id: string, services = STAGES): Promise<Broker> {
	return await openNode(
		{ logLevel: "fatal", logFile: 2, resume: true },
		{ DATA_DIR: join(folder, id), ...environment, NODE_ID: id, SERVICES: services }
	);
}
const ends = (node: Broker, name: string, phase: string): Promise<void> =>
	until(async () => {
		const status = await node.call("migration.status", { name });
		if (status.failure) throw new Error(JSON.stringify(status.failure));
		return !status.running && status.phase === phase;
	}, `'${name}' is ${phase}`);

it("a data folder comes to servers, a run in its midst goes on there, and all of it comes to another folder", async () => {
	const data = join(folder, "embedded");
	cpSync(recorded.data, data, { recursive: true });
	// What an earlier version kept is taken over by a node of this one.
	await (
		await openNode({ logLevel: "fatal", logFile: 2, resume: false }, { ...inFolder(data), SERVICES: STAGES })
	).stop();
	const file = await taken(inFolder(data), "embedded");
	expect(await restored(place("moved"), file)).toBe(0);
	const node = await open(place("moved"), "n1");
	try {
		const status = await node.call("migration.status", { name: "halfway" });
		expect(status).toMatchObject({ phase: "copying", paused: true, running: false });
		await node.call("migration.start", { name: "halfway" });
		await ends(node, "halfway", "finished");
		const { verdict } = await node.call("migration.status", { name: "halfway" });
		expect(verdict).toMatchObject({ total: 45, accountedFor: 45, differences: 0 });
		// While it writes, and of what was acknowledged before.
		await node.call("access.create", { name: "late", scopes: ["migration:read"] });
		const again = await taken(place("moved"), "again");
		expect(await restored(inFolder(join(folder, "back")), again)).toBe(0);
	} finally {
		await node.stop();
	}
	const back = await openNode(
		{ logLevel: "fatal", logFile: 2, resume: false },
		{ ...inFolder(join(folder, "back")), SERVICES: STAGES }
	);
	try {
		expect((await back.call("access.list", {})).map(({ name }: { name: string }) => name)).toContain("late");
		const { verdict, phase } = await back.call("migration.status", { name: "halfway" });
		expect([phase, verdict]).toMatchObject(["finished", { total: 45, accountedFor: 45, differences: 0 }]);
		await back.call("migration.rollback", { name: "halfway" });
		await ends(back, "halfway", "rolled-back");
		expect(Number(recorded.panels.second.db.prepare("SELECT count(*) AS count FROM users").get()?.count)).toBe(0);
	} finally {
		await back.stop();
	}
});

it("servers that keep nothing come to keep the same as those that it was taken of, while these are written to", async () => {
	const servers = serversOf(place("busy"));
	const node = await open(place("busy"), "n2", "access,idempotency");
	const events = await openJetStreamStore(servers.events);
	let version = "0";
	for (let at = 0; at < 20; at++)
		({ version } = await events.append("odd/one", version, [{ type: "happened", data: { at } }], `a-${at}`));
	const before = await contents(place("busy"));
	let writing = true;
	const writer = (async () => {
		for (let at = 0; writing; at++) {
			({ version } = await events.append("odd/one", version, [{ type: "happened", data: { at } }], `b-${at}`));
			await node.call("access.create", { name: `key ${at}`, scopes: ["migration:read"] });
		}
	})();
	const file = await taken(place("busy"), "busy");
	writing = false;
	await writer;
	await events.close();
	await node.stop();
	expect(await restored(place("calm"), file)).toBe(0);
	const after = await contents(place("calm"));
	for (const line of before) expect(after).toContain(line);
	const all = new Set(await contents(place("busy")));
	// What waited in an outbox when that was read has been announced since, and will be once more.
	const isPassing = (line: string): boolean => line.includes("secret/cluster") || line.includes('["outbox",');
	expect(after.filter(line => !all.has(line) && !isPassing(line))).toEqual([]);
	await expect(restored(place("calm"), file)).rejects.toThrow(/The servers are not empty/);
});

it("a restore that was cut off is gone on with, and no node starts on half of it", async () => {
	const half = place("half");
	const servers = serversOf(half);
	const opened = await openBackup(join(folder, "embedded.backup"), "correct horse battery staple");
	const into = await intoServers(servers);
	expect(await into.begin(opened.header)).toBe(true);
	async function* some(): AsyncGenerator<unknown> {
		yield ["record", { _id: "k1", _version: "v", digest: "d" }];
	}
	await into.take({ kind: "collection", name: "keys" }, some());
	await into.close();
	await expect(openJetStreamStore(servers.events)).rejects.toThrow(/was cut off; give `banyan restore` again/);
	await expect(hold(servers.mongo)).rejects.toThrow(/was cut off; give `banyan restore` again/);
	const other = join(folder, "busy.backup");
	await expect(restored(half, other)).rejects.toThrow(/A restore of another backup was cut off/);
	expect(await restored(half, join(folder, "embedded.backup"))).toBe(0);
	expect((await contents(half)).filter(line => line.includes('"k1"'))).toEqual([]);
	const store = openSqliteStore(join(folder, "embedded", "events.db"), { access: "read" });
	const events = await openJetStreamStore(servers.events);
	const streams = await store.streams("migration/");
	expect(await events.streams("migration/")).toEqual(streams);
	await Promise.all([store.close(), events.close()]);
});
