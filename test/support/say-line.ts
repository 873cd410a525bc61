/** What a process of a test says on its output, line by line. */

import { writeSync } from "node:fs";
import { codeOf } from "../../domain/unknown";

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Said at once, or it would be lost with the process; while whoever listens is busy and the pipe is full, it waits. */
export function sayLine(value: object): void {
	const line = Buffer.from(`${JSON.stringify(value)}\n`);
	for (let sent = 0; sent < line.length; ) {
		try {
			sent += writeSync(1, line, sent);
		} catch (error) {
			if (codeOf(error) !== "EAGAIN") throw error;
			Atomics.wait(sleeper, 0, 0, 5);
		}
	}
}
