/** The REPL before somebody: a prompt, completion, what was typed before, Ctrl-C. */

import { createInterface, type Interface } from "node:readline";
import { shown } from "../../domain/text/visible";
import { messageOf } from "../../domain/unknown";
import { say, screen } from "../command";
import { EXIT } from "../exit";
import { readBy } from "../terminal/ask";
import { completed } from "./complete";
import { keepHistory, MOST_LINES, mayBeKept, readHistory } from "./history";
import type { Session } from "./session";

/** As Moleculer's own. */
const PROMPT = "mol $ ";

/** Until somebody leaves. @returns the exit code */
export async function attended(session: Session): Promise<number> {
	const { client } = session.verbs;
	const reader = createInterface({
		input: process.stdin,
		output: process.stdout,
		prompt: PROMPT,
		history: readHistory(),
		historySize: MOST_LINES,
		removeHistoryDuplicates: true,
		completer: (line: string, done: (error: null, found: [string[], string]) => void) => {
			void completed(session.verbs, line).then(([fits, of]) => done(null, [[...fits], of]));
		}
	});
	const kept = keeping(reader);
	const question = questionOn(reader);
	readBy(question.ask);
	client.node?.onChange(sentence => told(reader, session, sentence));
	reader.on("SIGINT", () => {
		if (!question.leave() && !session.interrupt()) anew(reader);
	});
	const closed = new Promise<void>(resolve => reader.once("close", resolve));
	reader.on("line", line => {
		void session.take(line).then(() => (session.over ? reader.close() : reader.prompt()));
	});
	reader.prompt();
	await closed;
	say("");
	readBy(undefined);
	kept();
	return EXIT.clean;
}

/** Somebody's line stays as they have it. */
function told(reader: Interface, session: Session, sentence: string): void {
	say(shown(sentence));
	if (!session.busy) reader.prompt(true);
}

/** An empty line; how to leave, where there was nothing to take away. */
function anew(reader: Interface): void {
	const wasEmpty = reader.line === "";
	screen.clear();
	say("^C");
	if (wasEmpty) say("Ctrl-D leaves.");
	reader.write(null, { ctrl: true, name: "e" });
	reader.write(null, { ctrl: true, name: "u" });
	reader.prompt();
}

/** Each line as it comes: whoever is killed has kept what was typed. */
function keeping(reader: Interface): () => void {
	let lines: readonly string[] = [];
	let isTold = false;
	const keep = (): void => {
		const why = lines.length === 0 ? undefined : keepHistory(lines);
		if (why !== undefined && !isTold) say(`What is typed is not kept: ${shown(messageOf(why))}`);
		isTold ||= why !== undefined;
	};
	reader.on("history", (history: string[]) => {
		// What is taken away here is not offered again either.
		if (history[0] !== undefined && !mayBeKept(history[0])) history.shift();
		lines = [...history];
		keep();
	});
	return keep;
}

/** A question is read by the same reader: two of them would each take half of what is typed. */
function questionOn(reader: Interface): { ask: (text: string) => Promise<string>; leave: () => boolean } {
	let under: ((answer: string) => void) | undefined;
	return {
		ask: text =>
			new Promise(resolve => {
				const over = new AbortController();
				under = answer => {
					under = undefined;
					over.abort();
					resolve(answer);
				};
				reader.question(text, { signal: over.signal }, answer => under?.(answer));
			}),
		/** No answer is no. */
		leave: () => {
			if (!under) return false;
			say("^C");
			under("");
			return true;
		}
	};
}
