/** A file's rows as they are read: where each begins and ends, and what it says or why it cannot be read. */

import type { FileHandle } from "node:fs/promises";
import type { Json } from "../../contracts/json";

export interface Row {
	/** Counted from 1, as an editor does. */
	readonly line: number;
	/** The byte after its end: where the next one is read from. */
	readonly next: number;
	/** The line that begins there. */
	readonly nextLine: number;
	/** By column; absent where it cannot be read. */
	readonly fields?: Json;
	/** The end of a sentence: why not. */
	readonly fault?: string;
}

export interface Place {
	readonly at: number;
	readonly line: number;
}

/** How the rows of one kind of file are found. */
export interface Rows {
	/** The columns, where the file itself names them, and where its rows begin. */
	head(): Promise<{ readonly columns: readonly string[] | null; readonly first: Place }>;
	/** Every row from a place on, in the file's order; memory holds a chunk at a time. */
	from(place: Place): AsyncGenerator<Row>;
}

const FIRST_CHUNK = 4096;
const LARGEST_CHUNK = 256 * 1024;

/** Bytes from an offset on: few at first, for most reads end soon. */
export async function* chunksFrom(file: FileHandle, at: number): AsyncGenerator<Buffer> {
	let size = FIRST_CHUNK;
	for (let offset = at; ; size = Math.min(LARGEST_CHUNK, size * 2)) {
		const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(size), 0, size, offset);
		if (bytesRead === 0) return;
		offset += bytesRead;
		yield buffer.subarray(0, bytesRead);
	}
}

/** What a text editor shows in place of bytes that are no UTF-8. */
export const NO_UTF8 = /\ufffd/;
export const UTF8_FAULT = "it has bytes that are no UTF-8: save the file as UTF-8";
