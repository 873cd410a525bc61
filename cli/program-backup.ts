/** The commands for backups. */

import type { Command } from "commander";
import { JSON_FLAG } from "./asking";
import type { Flags } from "./command";

const loaded = (): typeof import("./commands/backup") => require("./commands/backup");

const PASSPHRASE = "--passphrase-file <file>";

type Work = (file: string, flags: Flags) => Promise<number>;

const by =
	(work: () => Work) =>
	async (file: string, flags: Flags): Promise<void> => {
		process.exitCode = await work()(file, flags);
	};

export function addBackups(program: Command): void {
	const backup = program
		.command("backup")
		.description("write all that is kept into one file, or look at one; nodes may go on meanwhile");
	backup
		.command("create", { isDefault: true })
		.description("write all that is kept into one file")
		.argument("<file>", "the file, which must not be there; - for standard output")
		.option(PASSPHRASE, "seal it under the passphrase in this file; what records are sealed with goes into it then")
		.option(...JSON_FLAG)
		.action(by(() => loaded().backup));
	backup
		.command("verify")
		.description("read all of a backup, and say whether it is whole and what it holds")
		.argument("<file>", "the backup")
		.option(PASSPHRASE, "the file of the passphrase that it is sealed under")
		.option(...JSON_FLAG)
		.action(by(() => loaded().verifyBackup));
	program
		.command("restore")
		.description("restore a backup into an empty place; the runs in it rest until they are started")
		.argument("<file>", "the backup")
		.option(PASSPHRASE, "the file of the passphrase that it is sealed under")
		.option("--secret-file <file>", "of one that is not sealed: the secret.key that was kept apart")
		.option(...JSON_FLAG)
		.action(by(() => loaded().restoreBackup));
}
