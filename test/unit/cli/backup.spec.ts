/** The commands for backups, in this process: what they refuse, each with a sentence that says what to do. */

import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NEW, openSqliteStore } from "../../../adapters/eventstore";
import { secretKey } from "../../../adapters/secrets";
import { backup, restoreBackup, verifyBackup } from "../../../cli/commands/backup";

let folder: string;
let file: string;
const kept = { ...process.env };
beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-cli-backup-"));
	file = join(folder, "b");
	mkdirSync(join(folder, "data"), { mode: 0o700 });
	process.env.DATA_DIR = join(folder, "data");
	const events = openSqliteStore(join(folder, "data", "events.db"));
	await events.append("odd/one", NEW, [{ type: "happened", data: {} }], "a");
	await events.close();
	secretKey(join(folder, "data"));
	writeFileSync(join(folder, "passphrase"), "correct horse battery staple\n");
	jest.spyOn(process.stdout, "write").mockReturnValue(true);
});
afterEach(() => {
	process.env = { ...kept };
	jest.restoreAllMocks();
	rmSync(folder, { recursive: true, force: true });
});
const passphraseFile = (): string => join(folder, "passphrase");

it("a backup is its owner's alone, is verified, and restored", async () => {
	expect(await backup(file, { passphraseFile: passphraseFile() })).toBe(0);
	expect(statSync(file).mode & 0o777).toBe(0o600);
	expect(await verifyBackup(file, { passphraseFile: passphraseFile() })).toBe(0);
	process.env.DATA_DIR = join(folder, "new");
	expect(await restoreBackup(file, { passphraseFile: passphraseFile() })).toBe(0);
	expect(readFileSync(join(folder, "new", "secret.key"))).toEqual(readFileSync(join(folder, "data", "secret.key")));
});

it("a file that is there stays as it is, and none is made where it cannot be", async () => {
	writeFileSync(file, "mine");
	await expect(backup(file, {})).rejects.toThrow(/There is a file '.*' already: name another one/);
	expect(readFileSync(file, "utf8")).toBe("mine");
	await expect(backup(join(folder, "none", "b"), {})).rejects.toThrow(/cannot be written to .* there is no folder/);
	await expect(backup("/dev/full", {})).rejects.toThrow(
		/cannot be written to '\/dev\/full' \(ENOSPC: the disk is full\)/
	);
	process.env.DATA_DIR = join(folder, "empty");
	await expect(backup(join(folder, "c"), {})).rejects.toThrow(/Nothing is kept in .*: set DATA_DIR/);
	expect(readdirSync(folder).sort()).toEqual(["b", "data", "passphrase"]);
});

it("a passphrase, a secret or a server that cannot be meant is told", async () => {
	writeFileSync(join(folder, "short"), "short\n");
	await expect(backup(file, { passphraseFile: join(folder, "short") })).rejects.toThrow(/holds no passphrase/);
	await expect(backup(file, { passphraseFile: join(folder, "none") })).rejects.toThrow(/cannot be read \(ENOENT\)/);
	await backup(file, {});
	process.env.DATA_DIR = join(folder, "new");
	await expect(restoreBackup(file, { secretFile: join(folder, "none") })).rejects.toThrow(/is no secret\.key/);
	await expect(restoreBackup(file, { secretFile: join(folder, "short") })).rejects.toThrow(
		/sealed with another secret/
	);
	await expect(restoreBackup(file, {})).rejects.toThrow(/name the secret\.key that was kept apart/);
	process.env.BANYAN_URL = "https://far.example";
	await expect(restoreBackup(file, {})).rejects.toThrow(/Take BANYAN_URL away/);
	await expect(backup(join(folder, "c"), {})).rejects.toThrow(/Take BANYAN_URL away/);
	expect(existsSync(join(folder, "c"))).toBe(false);
});
