/** When keys were used last: noted in memory, and kept now and then, all at once. What a killed node noted is lost. */

import { type Collection, Conflict } from "../../../adapters/collection";
import type { StoredKey } from "./record";

/** How often it is kept, in ms. */
const KEPT_MS = 60_000;

export class Uses {
	private readonly noted = new Map<string, number>();
	private readonly timer: NodeJS.Timeout;

	/** @param failed it could not be kept: it is tried again with the next ones */
	constructor(
		private readonly keys: Pick<Collection<StoredKey>, "read" | "put">,
		private readonly failed: (error: unknown) => void
	) {
		this.timer = setInterval(() => void this.keep(), KEPT_MS);
		this.timer.unref();
	}

	note(id: string, now: number): void {
		this.noted.set(id, now);
	}

	/** With what is not kept yet. */
	upToDate(key: StoredKey): StoredKey {
		const at = this.noted.get(key.id);
		return at === undefined ? key : used(key, at);
	}

	async end(): Promise<void> {
		clearInterval(this.timer);
		await this.keep();
	}

	private async keep(): Promise<void> {
		const all = [...this.noted];
		this.noted.clear();
		try {
			for (const [id, at] of all) await this.keepOne(id, at);
		} catch (error) {
			for (const [id, at] of all) this.noted.set(id, Math.max(at, this.noted.get(id) ?? 0));
			this.failed(error);
		}
	}

	/** Another change of it goes before. */
	private async keepOne(id: string, at: number): Promise<void> {
		const found = await this.keys.read(id);
		if (!found) return;
		try {
			await this.keys.put(used(found.record, at), { expected: found.version });
		} catch (error) {
			if (!(error instanceof Conflict)) throw error;
		}
	}
}

/** Of several nodes each notes what it saw. */
const used = (key: StoredKey, at: number): StoredKey => {
	const before = key.lastUsedAt == null ? 0 : Date.parse(key.lastUsedAt);
	return { ...key, lastUsedAt: new Date(Math.max(before, at)).toISOString() };
};
