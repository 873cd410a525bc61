/** The first API key: whenever the process that makes it is killed, nobody is left with a key that nobody has. */

import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServiceBroker } from "moleculer";
import type { ApiKey } from "../../../contracts/platform/access";
import { readConfig } from "../../../moleculer.config";
import AccessService from "../../../services/platform/access.service";

let dir: string;
beforeEach(() => {
	dir = mkdtempSync(join(tmpdir(), "banyan-first-key-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A node from start to stop. @returns its keys, and the one that the key in the file is */
async function life(): Promise<{ readonly keys: readonly ApiKey[]; readonly first: ApiKey | null | undefined }> {
	const { services: _, ...options } = readConfig(
		{ SERVICES: "access", DATA_DIR: dir },
		{ logLevel: "fatal", logFile: 2 }
	);
	const broker = new ServiceBroker({ ...options, skipProcessEventRegistration: true });
	broker.createService(AccessService as never);
	await broker.start();
	try {
		const keys = ((await broker.call("access.list")) as ApiKey[]).map(unused);
		if (!existsSync(file())) return { keys, first: undefined };
		const key = readFileSync(file(), "utf8").trim();
		const first = (await broker.call("access.check", { key })) as ApiKey | null;
		return { keys, first: first && unused(first) };
	} finally {
		await broker.stop();
	}
}
/** But for when it was used last. */
const unused = ({ lastUsedAt: _, ...key }: ApiKey): ApiKey => key;
const file = (end = ""): string => join(dir, `api-key${end}`);

it("is made once, in a file for its owner alone", async () => {
	const { keys, first } = await life();
	expect([keys.length, first]).toEqual([1, keys[0]]);
	expect(statSync(file()).mode & 0o777).toBe(0o600);
	const key = readFileSync(file(), "utf8");
	expect((await life()).keys).toEqual(keys);
	expect(readFileSync(file(), "utf8")).toBe(key);
});

it("killed before the key is kept: another one is made, and the file of the first is gone", async () => {
	writeFileSync(file(".new"), "bny_never-kept\n", { mode: 0o600 });
	const { keys, first } = await life();
	expect([keys.length, first]).toEqual([1, keys[0]]);
	expect([existsSync(file(".new")), readFileSync(file(), "utf8").includes("never-kept")]).toEqual([false, false]);
});

it("killed once the key is kept: its file gets its name", async () => {
	const { keys } = await life();
	const key = readFileSync(file(), "utf8");
	renameSync(file(), file(".new"));
	expect(await life()).toEqual({ keys, first: keys[0] });
	expect([readFileSync(file(), "utf8"), existsSync(file(".new"))]).toEqual([key, false]);
});

it("is not made again where its file was taken away, or where all keys were revoked", async () => {
	await life();
	renameSync(file(), file(".elsewhere"));
	const { keys, first } = await life();
	expect([keys.length, first]).toEqual([1, undefined]);
});
