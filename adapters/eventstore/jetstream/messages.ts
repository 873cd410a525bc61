/** One append as one message of JetStream: a line that says what it is, and a line with its events (L10). Pure. */

import type { Append, StoredAppend } from "../envelope";

interface Head {
	readonly id: string;
	readonly at: string;
	readonly stream: string;
}

/** JSON has no line break of its own. */
export const written = ({ stream, appendId, body }: Pick<Append, "stream" | "appendId" | "body">, at: string): string =>
	`${JSON.stringify({ id: appendId, at, stream } satisfies Head)}\n${body}`;

/** Undefined where it is none of ours: whoever may publish there can put anything between what we store. */
export function readIn(text: string, sequence: number): StoredAppend | undefined {
	const end = text.indexOf("\n");
	const head = headOf(text.slice(0, Math.max(0, end)));
	return head && { version: sequence, position: sequence, ...head, body: text.slice(end + 1) };
}

function headOf(line: string): Pick<StoredAppend, "stream" | "at" | "appendId"> | undefined {
	try {
		const { id, at, stream }: Record<string, unknown> = JSON.parse(line);
		if (typeof id !== "string" || typeof at !== "string" || typeof stream !== "string") return undefined;
		return { stream, at, appendId: id };
	} catch {
		return undefined;
	}
}
