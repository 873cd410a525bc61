/** A question to whoever sits in front. */

import { createInterface } from "node:readline/promises";
import { rendered } from "./marks";
import { wrapAll } from "./width";

/** Somebody sits there: what is typed is read from a terminal, and what is asked can be seen. */
export const isAttended = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true;

/** True only for a yes. Ctrl-C is as in every other moment of a command. */
export async function agrees(question: string): Promise<boolean> {
	const reader = createInterface({ input: process.stdin, output: process.stderr });
	const ended = new Promise<string>(resolve => reader.once("close", () => resolve("")));
	// readline keeps Ctrl-C for itself.
	reader.once("SIGINT", () => {
		process.stderr.write("\n");
		reader.close();
		process.kill(process.pid, "SIGINT");
	});
	try {
		const lines = wrapAll(`${question} [y/N] `, (process.stderr.columns || 80) - 1);
		const answer = await Promise.race([reader.question(rendered(lines.join("\n"))), ended]);
		return /^y(es)?$/i.test(answer.trim());
	} finally {
		reader.close();
	}
}
