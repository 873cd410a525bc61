/** One line of the REPL after the other: what it is told to do, how it ends, and how it is left. */

import { parseArgsStringToArgv } from "string-argv";
import type { Client } from "../client";
import { concluded, say } from "../command";
import { EXIT } from "../exit";
import { given } from "../given";
import { isLeft, leaveable } from "./leaving";
import { type Verbs, verbsOf } from "./verbs";

/** What documents show before a line, and what commands tell to type: both may be pasted. */
const BEFORE = /^\s*(?:mol \$|banyan(?=\s|$))\s*/;

export class Session {
	private leaving: AbortController | undefined;
	/** Ctrl-C of this line was passed on to what runs. */
	private wasTold = false;
	private turn: Promise<unknown> = Promise.resolve();
	private isOver = false;
	readonly verbs: Verbs;

	constructor(client: Client, isReadOnly: boolean) {
		this.verbs = verbsOf(client, { isReadOnly, leave: () => this.end() });
	}

	/** Nothing more is taken. */
	get over(): boolean {
		return this.isOver;
	}

	/** A line is under way. */
	get busy(): boolean {
		return this.leaving !== undefined;
	}

	end(): void {
		this.isOver = true;
	}

	/** Does what a line says, after those before it. @returns the exit code of its command */
	take(line: string): Promise<number> {
		const turn = this.turn.then(() => this.done(line));
		this.turn = turn.catch(() => undefined);
		return turn;
	}

	/**
	 * Ctrl-C: what watches stops watching; what waits is left, and goes on in the cluster. False where nothing is under way.
	 */
	interrupt(): boolean {
		if (!this.leaving) return false;
		if (!this.wasTold && process.listenerCount("SIGINT") > 0) {
			this.wasTold = true;
			process.emit("SIGINT");
		} else this.leaving.abort();
		return true;
	}

	private async done(line: string): Promise<number> {
		const words = this.isOver ? [] : parseArgsStringToArgv(line.replace(BEFORE, ""));
		if (words.length === 0 || words[0]?.startsWith("#")) return EXIT.clean;
		const before = SIGNALS.map(signal => [signal, process.listeners(signal)] as const);
		const leaving = new AbortController();
		this.leaving = leaving;
		this.wasTold = false;
		try {
			return await Promise.race([leaveable(leaving.signal, () => this.work(words)), left(leaving.signal)]);
		} finally {
			this.leaving = undefined;
			// A command thinks that the process ends with it.
			for (const [signal, known] of before)
				for (const each of process.listeners(signal)) if (!known.includes(each)) process.removeListener(signal, each);
		}
	}

	private async work(words: readonly string[]): Promise<number> {
		process.exitCode = EXIT.clean;
		const code = await concluded(() => given(this.verbs.program(), words), isLeft);
		process.exitCode = EXIT.clean;
		return code;
	}
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Says so at once, whatever is still under way. */
const left = (signal: AbortSignal): Promise<number> =>
	new Promise(resolve =>
		signal.addEventListener("abort", () => {
			say("Left: what was asked for may go on in the cluster.");
			resolve(EXIT.interrupted);
		})
	);
