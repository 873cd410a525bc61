/** All that is kept where this environment says, for a backup or from one. The only place of the CLI that knows the stores. */

import { existsSync, readFileSync } from "node:fs";
import type { Kept, Manifest } from "../adapters/backup/format";
import { openBackup, verified } from "../adapters/backup/read";
import { type Into, type Restored, restore } from "../adapters/backup/restore";
import { backupBytes } from "../adapters/backup/write";
import { secretOf } from "../adapters/secrets/shared";
import type { Settings } from "../cluster/settings";
import { environment } from "../environment";
import { keysIn, readConfig } from "../moleculer.config";
import { version } from "../package.json";
import { CommandError, readText } from "./command";

export type { Manifest, Restored };

/** @throws SettingError */
const settings = (): Settings => readConfig(environment(), { access: "read", logLevel: "fatal", logFile: 2 }).settings;

/** What is at servers is met by those who have some. */
interface Places {
	kept(): Kept | Promise<Kept>;
	into(): Into | Promise<Into>;
}

function places(found: Settings): Places {
	const { events, mongo, dataDir } = found;
	return events && mongo ? atServers({ events, mongo }, keysIn(environment())) : inFolder(dataDir);
}

function inFolder(dataDir: string): Places {
	const { keptInFolder }: typeof import("../adapters/backup/data-folder") = require("../adapters/backup/data-folder");
	const { intoFolder }: typeof import("../adapters/backup/into-folder") = require("../adapters/backup/into-folder");
	const holder = { pid: process.pid, command: process.argv.slice(1).join(" ") };
	return { kept: () => keptInFolder(dataDir), into: () => intoFolder(dataDir, holder) };
}

function atServers({ events, mongo }: Required<Pick<Settings, "events" | "mongo">>, keys: readonly Buffer[]): Places {
	const { keptAtServers }: typeof import("../adapters/backup/servers") = require("../adapters/backup/servers");
	const { intoServers }: typeof import("../adapters/backup/into-servers") = require("../adapters/backup/into-servers");
	const servers = { events, mongo, keys, opens: (sealed: Buffer) => secretOf(keys, sealed) };
	return { kept: () => keptAtServers(servers), into: () => intoServers(servers) };
}

/** The bytes of a backup, as they are read. */
export async function* backupOf(
	passphraseFile: string | undefined,
	done: (manifest: Manifest) => void
): AsyncGenerator<Buffer> {
	const passphrase = passphraseIn(passphraseFile);
	const kept = await places(settings()).kept();
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
	const given = (sealed: Buffer | undefined): Buffer | undefined => secret ?? openedHere(sealed);
	const into = await places(settings()).into();
	try {
		return await restore(opened, into, given);
	} finally {
		await into.close();
	}
}

/** By the cluster's key of this environment, where it has one. */
const openedHere = (sealed: Buffer | undefined): Buffer | undefined =>
	sealed && secretOf(keysIn(environment()), sealed);

const SHORTEST = 12;

function passphraseIn(file: string | undefined): string | undefined {
	if (file === undefined) return undefined;
	const text = readText(file).replace(/\r?\n$/, "");
	if (text.length >= SHORTEST && !text.includes("\n")) return text;
	throw new CommandError(
		`The file '${file}' holds no passphrase: it is one line of ${SHORTEST} characters or more (\`openssl rand -base64 32 > ${file}\`).`
	);
}

/** More than any of ours. */
const MOST_SECRET = 1 << 16;

/** Whether it is the right one is seen by what the backup says of it. */
function secretIn(file: string): Buffer {
	const bytes = existsSync(file) ? readFileSync(file) : undefined;
	if (bytes && bytes.length > 0 && bytes.length <= MOST_SECRET) return bytes;
	throw new CommandError(`'${file}' is no secret.key: that is a small file of the data folder of a node.`);
}
