/** All that is kept where this environment says, for a backup or from one. The only place of the CLI that knows the stores. */

import { existsSync, readFileSync } from "node:fs";
import type { Kept, Manifest } from "../adapters/backup/format";
import { openBackup, verified } from "../adapters/backup/read";
import { type Into, type Restored, restore } from "../adapters/backup/restore";
import { backupBytes } from "../adapters/backup/write";
import type { Settings } from "../cluster/settings";
import { environment } from "../environment";
import { readConfig } from "../moleculer.config";
import { version } from "../package.json";
import { CommandError, readText } from "./command";

export type { Manifest, Restored };

/** @throws SettingError */
const settings = (): Settings => readConfig(environment(), { access: "read", logLevel: "fatal", logFile: 2 }).settings;

async function keptBy(found: Settings): Promise<Kept> {
	const { keptInFolder }: typeof import("../adapters/backup/data-folder") = require("../adapters/backup/data-folder");
	return keptInFolder(found.dataDir);
}

async function intoBy(found: Settings): Promise<Into> {
	const { intoFolder }: typeof import("../adapters/backup/into-folder") = require("../adapters/backup/into-folder");
	return intoFolder(found.dataDir, { pid: process.pid, command: process.argv.slice(1).join(" ") });
}

/** The bytes of a backup, as they are read. */
export async function* backupOf(
	passphraseFile: string | undefined,
	done: (manifest: Manifest) => void
): AsyncGenerator<Buffer> {
	const passphrase = passphraseIn(passphraseFile);
	const kept = await keptBy(settings());
	try {
		yield* backupBytes(kept, { release: version, passphrase, done });
	} finally {
		await kept.close();
	}
}

export const verify = async (file: string, passphraseFile: string | undefined): Promise<Manifest> =>
	verified(await openBackup(file, passphraseIn(passphraseFile)));

export async function restoreFrom(
	file: string,
	{ passphraseFile, secretFile }: { readonly passphraseFile?: string; readonly secretFile?: string }
): Promise<Restored> {
	const opened = await openBackup(file, passphraseIn(passphraseFile));
	const secret = secretFile === undefined ? undefined : secretIn(secretFile);
	const into = await intoBy(settings());
	try {
		return await restore(opened, into, secret);
	} finally {
		await into.close();
	}
}

const SHORTEST = 12;

function passphraseIn(file: string | undefined): string | undefined {
	if (file === undefined) return undefined;
	const text = readText(file).replace(/\r?\n$/, "");
	if (text.length >= SHORTEST && !text.includes("\n")) return text;
	throw new CommandError(
		`The file '${file}' holds no passphrase: it is one line of ${SHORTEST} characters or more (\`openssl rand -base64 32 > ${file}\`).`
	);
}

const SECRET_BYTES = 32;

function secretIn(file: string): Buffer {
	const bytes = existsSync(file) ? readFileSync(file) : undefined;
	if (bytes?.length === SECRET_BYTES) return bytes;
	throw new CommandError(
		`'${file}' is no secret.key: that is a file of ${SECRET_BYTES} bytes, of the data folder of a node.`
	);
}
