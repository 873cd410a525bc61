/** The REPL without anybody before it: a line after the other, no prompt, and an exit code for whoever wrote them. */

import { createInterface } from "node:readline";
import { EXIT } from "../exit";
import type { Session } from "./session";

/** @returns the exit code of the last line that did not end well */
export async function piped(session: Session): Promise<number> {
	let code: number = EXIT.clean;
	for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
		const ended = await session.take(line);
		if (ended !== EXIT.clean) code = ended;
		if (session.over) break;
	}
	return code;
}
