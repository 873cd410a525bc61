/** A program in a pseudo terminal, as somebody sits before it. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Terminal } from "./terminal";

export interface Seated {
	/** All that came so far, with its control sequences. */
	raw(): string;
	/** Waits until it has come. */
	sees(what: RegExp): Promise<void>;
	type(keys: string): void;
	/** What is to be read once it is over, and the exit code. */
	readonly ended: Promise<{ readonly lines: readonly string[]; readonly code: number }>;
}

const CODE = /\r?\nended with (\d+)\r?\n$/;

/** @param words a program and its arguments; @param columns of the window, which has 200 rows */
export function sit(
	words: readonly string[],
	environment: Readonly<Record<string, string | undefined>>,
	cwd: string,
	columns = 80
): Seated {
	const quoted = words.map(word => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
	const line = `stty cols ${columns} rows 200; ${quoted}; code=$?; echo; echo "ended with $code"`;
	const { PATH, HOME } = process.env;
	const child: ChildProcess = spawn("script", ["-qec", line, "/dev/null"], {
		cwd,
		env: {
			PATH,
			HOME,
			NODE_ENV: "test",
			TERM: "xterm-256color",
			SHELL: "/bin/bash",
			...environment
		} as NodeJS.ProcessEnv
	});
	let raw = "";
	const more = new EventTarget();
	child.stdout?.on("data", (chunk: Buffer) => {
		raw += chunk.toString();
		more.dispatchEvent(new Event("more"));
	});
	const ended = once(child, "close").then(() => {
		const terminal = new Terminal(columns, 200);
		terminal.write(raw.replace(CODE, ""));
		return { lines: terminal.lines, code: Number(CODE.exec(raw)?.[1] ?? -1) };
	});
	return {
		raw: () => raw,
		sees: async what => {
			while (!what.test(raw)) await once(more, "more");
		},
		type: keys => void child.stdin?.write(keys),
		ended
	};
}
