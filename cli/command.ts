/** What all commands share: a client for the time of the command, one line for an error, an exit code. */

import { readFileSync } from "node:fs";
import { maskText } from "../domain/platform/masking";
import type { Client, Open } from "./client";
import { EXIT, exitOf } from "./exit";

export interface Flags {
	readonly json?: boolean;
	readonly strict?: boolean;
	readonly format?: string;
	readonly out?: string;
	readonly inbounds?: string;
	readonly only?: readonly string[];
	readonly limit?: string;
	readonly reason?: string;
	readonly backupTaken?: boolean;
	readonly customers?: boolean;
}

/** A mistake in how a command was called, or in a file it was given. */
export class CommandError extends Error {
	override readonly name = "CommandError";
}

export const print = (text: string): void => void process.stdout.write(`${text}\n`);
export const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** Opens a client, does the work, closes it; the exit code is what the work answers. */
export async function withClient(
	open: Open,
	access: "read" | "write",
	work: (client: Client) => Promise<number>
): Promise<void> {
	const client = await open(access);
	try {
		process.exitCode = await work(client);
	} finally {
		await client.close();
	}
}

/** Runs the program: no stack trace reaches a user, no secret an error line. */
export function run(main: () => Promise<void>): void {
	main().then(
		() => process.exit(process.exitCode ?? EXIT.clean),
		(error: unknown) => {
			say(`banyan: ${maskText(error instanceof Error ? error.message : String(error))}`);
			process.exit(exitOf(error));
		}
	);
}

/** A file's text. @throws CommandError with what to do */
export function readText(file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		throw new CommandError(`The file '${file}' cannot be read (${code}): check its path and your rights to it.`);
	}
}
