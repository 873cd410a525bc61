/** What all commands share: a client for the time of the command, one line for an error, an exit code. */

import { closeSync, openSync, readSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { problemOf } from "../domain/platform/problem";
import { jsonText } from "../domain/text/json";
import { maskText } from "../domain/text/masking";
import { shown } from "../domain/text/visible";
import { codeOf, messageOf, propertyOf, textOf } from "../domain/unknown";
import type { Client, Need, Open } from "./client";
import { EXIT, exitOf } from "./exit";
import { type Paper, paperOf } from "./terminal/paper";
import { Screen } from "./terminal/screen";

export interface Flags {
	readonly json?: boolean;
	readonly strict?: boolean;
	readonly format?: string;
	readonly out?: string;
	readonly only?: readonly string[];
	readonly limit?: string;
	readonly removals?: string;
	readonly accept?: readonly string[];
	readonly reason?: string;
	readonly backupTaken?: boolean;
	readonly customers?: boolean;
	readonly follow?: boolean;
	readonly watch?: boolean;
	readonly yes?: boolean;
	readonly scope?: readonly string[];
	readonly admin?: boolean;
	readonly name?: string;
	readonly service?: string;
	readonly event?: string;
	readonly key?: string;
	readonly after?: string;
	readonly during?: string;
	readonly minutes?: string;
	readonly hours?: string;
	readonly days?: string;
	readonly readOnly?: boolean;
	readonly hash?: string;
	readonly stream?: string;
	readonly url?: string;
	readonly apiKeyFile?: string;
	readonly passphraseFile?: string;
	readonly file?: string;
	readonly expected?: string;
	readonly environment?: string;
	readonly host?: string;
	readonly header?: readonly string[];
	readonly body?: string;
	readonly secretFile?: string;
	readonly stale?: boolean;
	readonly owner?: string;
	readonly expires?: string;
	readonly percent?: string;
	readonly description?: string;
	readonly clientSide?: boolean;
	readonly rule?: string;
	readonly user?: string | readonly string[];
	readonly group?: readonly string[];
	readonly attribute?: readonly string[];
}

/** A mistake in how a command was called, or in a file it was given. */
export class CommandError extends Error {
	override readonly name = "CommandError";
}

/** All that a command says goes through it, so that nothing it says cuts what it shows. */
export const screen = new Screen(process.stdout, process.stderr);
export const print = (text: string): void => screen.print(text);
export const say = (text: string): void => screen.tell(text);
export const printJson = (value: unknown): void => screen.print(jsonText(value));

/** A file, on standard output; whoever reads slowly is waited for. */
export const printFile = (parts: Iterable<string> | AsyncIterable<string>): Promise<void> =>
	pipeline(Readable.from(shownParts(parts)), process.stdout, { end: false });

/** Bytes, on standard output. @throws CommandError where that is a terminal */
export async function printBytes(bytes: AsyncIterable<Buffer>): Promise<void> {
	if (process.stdout.isTTY)
		throw new CommandError("Standard output is a terminal: name a file, or lead it into a pipe.");
	await pipeline(Readable.from(bytes), process.stdout, { end: false });
}

async function* shownParts(parts: Iterable<string> | AsyncIterable<string>): AsyncGenerator<string> {
	for await (const part of parts) yield screen.filePart(part);
}

/** What is printed for people is laid out for this. */
export const paper = ({ words }: Pick<Client, "words">): Paper => paperOf(process.stdout, words);
export const paint: Paper["paint"] = (style, text) => paperOf(process.stderr).paint(style, text);

/** Opens a client, does the work, closes it; the exit code is what the work answers. */
export async function withClient(open: Open, need: Need, work: (client: Client) => Promise<number>): Promise<void> {
	const client = await open(need);
	try {
		process.exitCode = await work(client);
	} finally {
		await client.close();
	}
}

/** Runs the program: no stack trace reaches a user, no secret an error line. */
export function run(main: () => Promise<void>): void {
	let deaf = false;
	// Whoever reads may have had enough of it: `… | head`.
	for (const stream of [process.stdout, process.stderr])
		stream.on("error", (error: NodeJS.ErrnoException) => {
			if (error.code === "EPIPE") process.exit(Number(process.exitCode ?? EXIT.clean));
			const [name, other] =
				stream === process.stdout ? ["standard output", process.stderr] : ["standard error", process.stdout];
			if (!deaf)
				other.write(`banyan: Nothing can be written to ${name} (${error.code}): what it was to say is lost.\n`);
			deaf = true;
			process.exit(EXIT.broken);
		});
	// What nobody waited for: said like all else, and not as a stack trace.
	for (const event of ["uncaughtException", "unhandledRejection"])
		process.on(event, (error: unknown) => {
			screen.clear();
			say(`banyan: ${saidOf(error)}`);
			process.exit(EXIT.broken);
		});
	void concluded(main).then(async code => {
		await Promise.all([process.stdout, process.stderr].map(written));
		process.exit(code);
	});
}

/** The exit code; an error is told in one line. @param isLeft nobody waits for it any more */
export async function concluded(main: () => Promise<void>, isLeft: () => boolean = () => false): Promise<number> {
	try {
		await main();
		return Number(process.exitCode ?? EXIT.clean);
	} catch (error) {
		if (isLeft()) return EXIT.interrupted;
		screen.clear();
		say(`banyan: ${saidOf(error)}`);
		return exitOf(error);
	}
}

/** Whoever reads slowly still gets all of it: what is not yet written would end with the process. */
const written = (stream: NodeJS.WriteStream): Promise<void> =>
	new Promise(resolve => {
		if (stream.destroyed || stream.writableLength === 0) resolve();
		else stream.write("", () => resolve());
	});

/** Only a mistake of the caller's own, which names a file in each line, has several. */
const saidOf = (error: unknown): string => {
	const sentence = maskText(sentenceOf(error));
	return error instanceof CommandError ? sentence : shown(sentence);
};

/** The same for an error of a node in this process and of one that is far. */
function sentenceOf(error: unknown): string {
	const message = textOf(error, "message");
	const faults = textOf(error, "type") === "VALIDATION_ERROR" ? (problemOf(error, "").errors ?? []) : [];
	if (faults.length > 0) return `Not as it must be: ${faults.map(({ message: said }) => said).join("; ")}`;
	return message ?? String(error);
}

/** More than any file that a command is given. */
const MOST_BYTES = 2 ** 21;

/** A file's text. @throws CommandError with what to do */
export function readText(file: string): string {
	const bytes = Buffer.alloc(MOST_BYTES);
	try {
		const handle = openSync(file, "r");
		try {
			return bytes.toString("utf8", 0, fill(bytes, handle));
		} finally {
			closeSync(handle);
		}
	} catch (error) {
		const code = codeOf(error);
		if (code === undefined) throw error;
		throw new CommandError(`The file '${file}' cannot be read (${code}): check its path and your rights to it.`);
	}

	/** What is no file ends when it will: a pipe, a device. */
	function fill(into: Buffer, handle: number): number {
		for (let filled = 0; ; ) {
			const read = readSync(handle, into, filled, into.length - filled, null);
			filled += read;
			if (filled === into.length)
				throw new CommandError(`The file '${file}' is larger than ${MOST_BYTES} bytes: give the right one.`);
			if (read === 0) return filled;
		}
	}
}

const ABOUT_A_DEFINITION: ReadonlySet<unknown> = new Set(["DEFINITION_INVALID", "ENVIRONMENT_MISSING"]);

/** Reads a definition for the work; what is wrong with it is told with its file, as compilers do: `file.yaml:3:9 …`. */
export async function withDefinition<T>(file: string, work: (document: string) => Promise<T>): Promise<T> {
	const document = readText(file);
	try {
		return await work(document);
	} catch (error) {
		if (!ABOUT_A_DEFINITION.has(propertyOf(error, "type"))) throw error;
		const lines = messageOf(error)
			.split("\n")
			.map(line => `${file}${line.startsWith("line ") ? line.replace("line ", ":") : `: ${line}`}`);
		throw new CommandError(lines.join("\n"));
	}
}
