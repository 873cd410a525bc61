/** Backups: of all that is kept, into one file, and back into an empty place. */

import { lstatSync } from "node:fs";
import { environment } from "../../environment";
import { CommandError, type Flags, print, printBytes, printJson, say } from "../command";
import { EXIT } from "../exit";
import { streamForOwner } from "../files";
import { backupOf, type Manifest, type Restored, restoreFrom, verify } from "../state";
import { clock } from "../text/words";

/** Standard output. */
const STREAM = "-";

export async function backup(file: string, { passphraseFile, json }: Flags): Promise<number> {
	refuseServer();
	let made: Manifest | undefined;
	const bytes = backupOf(passphraseFile, manifest => {
		made = manifest;
	});
	if (file === STREAM) await printBytes(bytes);
	else await intoFile(file, bytes);
	if (made) tell(file === STREAM, made, json, [...said(made), ...apart(made)]);
	return EXIT.clean;
}

export async function verifyBackup(file: string, { passphraseFile, json }: Flags): Promise<number> {
	const manifest = await verify(file, passphraseFile);
	tell(false, manifest, json, ["It is whole.", ...said(manifest)]);
	return EXIT.clean;
}

export async function restoreBackup(file: string, { passphraseFile, secretFile, json }: Flags): Promise<number> {
	refuseServer();
	const restored = await restoreFrom(file, {
		...(passphraseFile !== undefined && { passphraseFile }),
		...(secretFile !== undefined && { secretFile })
	});
	tell(false, restored, json, done(restored));
	return EXIT.clean;
}

/** What would be asked of one far away is not there. */
function refuseServer(): void {
	if (!environment().BANYAN_URL) return;
	throw new CommandError(
		"A backup is taken, and restored, where the data are: on the machine of DATA_DIR, or with STORE=cluster by the addresses of its servers. Take BANYAN_URL away."
	);
}

async function intoFile(file: string, bytes: AsyncIterable<Buffer>): Promise<void> {
	// What is no file is written to as it is: a pipe, a device.
	if (lstatSync(file, { throwIfNoEntry: false })?.isFile())
		throw new CommandError(`There is a file '${file}' already: name another one, so that no backup is lost.`);
	await streamForOwner(file, bytes, { what: "The backup", option: "another FILE" });
}

/** @param isTaken standard output holds the backup itself */
function tell(isTaken: boolean, value: object, json: boolean | undefined, lines: readonly string[]): void {
	if (json && !isTaken) printJson(value);
	else for (const line of lines) (isTaken ? say : print)(line);
}

const said = ({ at, release, mode, isSealed, parts }: Manifest): string[] => [
	`A backup of ${clock(at)}, by Banyan ${release}, ${mode}, ${isSealed ? "sealed under a passphrase" : "not sealed"}:`,
	...parts
		.filter(({ kind }) => kind !== "secret")
		.map(({ kind, name, lines }) => `  ${(name === undefined ? kind : `${kind} ${name}`).padEnd(26)}${lines}`)
];

/** What is to be kept beside it. */
function apart({ isSealed, secret, mode }: Manifest): string[] {
	if (isSealed) return ["What its records are sealed with is in it: keep the passphrase apart from it."];
	const customers =
		"It is not sealed: customers' data can be read in it, API keys and passwords of connections cannot.";
	if (secret === null) return [customers];
	const key = mode === "embedded" ? "secret.key of the data folder" : "CLUSTER_KEY";
	return [
		customers,
		`Those open only with ${key}: keep a copy of it, apart from this file, or nothing opens them again.`
	];
}

function done({ held, manifest }: Restored): string[] {
	if (held === undefined) return ["A restore that was cut off had made all of it: it is in its place now."];
	const runs = held.length === 0 ? [] : [`These rest until they are started: ${held.join(", ")}.`, LOST];
	return [
		...said(manifest),
		"It is restored.",
		...runs,
		"API keys that were revoked since the backup are valid again, those made since are not: see `banyan keys list`."
	];
}

const LOST =
	"What they did at their targets since the backup is not known; started again, or rolled back, each looks there before it writes.";
