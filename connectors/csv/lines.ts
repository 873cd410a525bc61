/** The lines of a file: NDJSON is made of them, and after a row that cannot be read the next one is looked for. */

import type { FileHandle } from "node:fs/promises";
import { chunksFrom, type Place } from "./rows";

export interface Line extends Place {
	readonly next: number;
	/** Undefined where it is longer than a record may be. */
	readonly text: string | undefined;
}

const LF = 10;

/** @param most bytes of a line that are kept */
export async function* linesFrom(file: FileHandle, { at, line }: Place, most: number): AsyncGenerator<Line> {
	let [begin, number] = [at, line];
	let parts: Buffer[] = [];
	let length = 0;
	const take = (part: Buffer): void => {
		length += part.length;
		if (length <= most) parts.push(part);
	};
	const ended = (ending: number): Line => {
		const text = length <= most ? Buffer.concat(parts).toString() : undefined;
		const made = { at: begin, line: number, next: begin + length + ending, text };
		[begin, number, parts, length] = [made.next, number + 1, [], 0];
		return made;
	};
	for await (const chunk of chunksFrom(file, at)) {
		let from = 0;
		for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, from)) {
			take(chunk.subarray(from, end));
			from = end + 1;
			yield ended(1);
		}
		take(chunk.subarray(from));
	}
	if (length > 0) yield ended(0);
}
