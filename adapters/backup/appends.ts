/** Appends as lines of a backup, and back. */

import { StoreBroken } from "../errors";
import type { StoredAppend } from "../eventstore/envelope";
import type { AppendLine, Part, PartName } from "./format";

/** @param store named where an append cannot be read */
export function appendPart(
	kind: "announcements" | "events",
	store: string,
	appends: AsyncIterable<StoredAppend>
): Part {
	let last = 0;
	async function* lines(): AsyncGenerator<AppendLine> {
		for await (const { position, version, stream, at, appendId, body } of appends) {
			if (!isJson(body)) throw new StoreBroken(store, `append ${position}, of '${stream}', cannot be read`);
			last = position;
			yield [position, version, stream, at, appendId, body];
		}
	}
	return { kind, lines: lines(), last: () => last };
}

function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

export const appendIn = (line: AppendLine): StoredAppend => {
	const [position, version, stream, at, appendId, body] = line;
	return { position, version, stream, at, appendId, body };
};

/** Of these lines. */
export async function* appendsIn(lines: AsyncIterable<unknown>): AsyncGenerator<StoredAppend> {
	for await (const line of lines) yield appendIn(line as AppendLine);
}

export const holdsAppends = ({ kind }: PartName): boolean => kind === "announcements" || kind === "events";
