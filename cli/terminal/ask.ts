/** A question to whoever sits in front. */

import { createInterface } from "node:readline/promises";
import { rendered } from "./marks";
import { wrapAll } from "./width";

/** Somebody sits there: what is typed is read from a terminal, and what is asked can be seen. */
export const isAttended = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true;

type Ask = (question: string) => Promise<string>;

/** Who reads what is typed, where that is no question's own reader: a REPL. */
let reading: Ask | undefined;
export const readBy = (ask: Ask | undefined): void => {
	reading = ask;
};

const isYes = (answer: string): boolean => /^y(es)?$/i.test(answer.trim());
const asked = (question: string): string =>
	rendered(wrapAll(`${question} [y/N] `, (process.stderr.columns || 80) - 1).join("\n"));

/** True only for a yes. Ctrl-C is as in every other moment of a command. */
export async function agrees(question: string): Promise<boolean> {
	if (reading) return isYes(await reading(asked(question)));
	const reader = createInterface({ input: process.stdin, output: process.stderr });
	const ended = new Promise<string>(resolve => reader.once("close", () => resolve("")));
	// readline keeps Ctrl-C for itself.
	reader.once("SIGINT", () => {
		process.stderr.write("\n");
		reader.close();
		process.kill(process.pid, "SIGINT");
	});
	try {
		return isYes(await Promise.race([reader.question(asked(question)), ended]));
	} finally {
		reader.close();
	}
}
