/** The last append of each stream that this process met lately; others may have appended since. */

import type { StoredAppend } from "../envelope";

export type Head = Pick<StoredAppend, "stream" | "version" | "position" | "at" | "appendId">;

const MOST = 10_000;

export class Heads {
	private readonly known = new Map<string, Head>();

	get(stream: string): Head | undefined {
		return this.known.get(stream);
	}

	/** An earlier one than the one that is known says nothing. */
	put({ stream, version, position, at, appendId }: Head): void {
		if ((this.known.get(stream)?.version ?? 0) > version) return;
		this.known.delete(stream);
		this.known.set(stream, { stream, version, position, at, appendId });
		const [oldest] = this.known.keys();
		if (this.known.size > MOST && oldest !== undefined) this.known.delete(oldest);
	}
}
