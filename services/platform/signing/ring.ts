/** The keys that tokens are signed with, as all nodes keep them: read again within seconds, one successor a key. */

import { randomBytes } from "node:crypto";
import { type Collection, Duplicate } from "../../../adapters/collection";
import {
	endOfKey,
	isDue,
	type KeyRules,
	type KeyTimes,
	newestFirst,
	signingAt
} from "../../../domain/platform/signing/keys";

export interface StoredKey extends KeyTimes {
	/** The key that it follows: of nodes that make another one at once the first one does. */
	readonly after: string;
}

/** What the first one follows. */
const NOTHING = "-";
/** How long the list counts as read: far less than a key is public before it signs. */
const READ_MS = 5_000;
/** More are not read: those that are over go when another one comes. */
const MOST = 1_000;

export class KeyRing {
	private read: { readonly keys: readonly StoredKey[]; readonly until: number } | undefined;
	private reading: Promise<readonly StoredKey[]> | undefined;

	constructor(
		private readonly stored: Collection<StoredKey>,
		private readonly rules: KeyRules
	) {}

	/** There is one at least. */
	async all(): Promise<readonly StoredKey[]> {
		if (this.read && this.read.until > performance.now()) return this.read.keys;
		this.reading ??= this.readAll().finally(() => {
			this.reading = undefined;
		});
		return this.reading;
	}

	private async readAll(): Promise<readonly StoredKey[]> {
		const { records } = await this.stored.find({}, { limit: MOST });
		const keys = records.length > 0 ? records : [await this.follow(undefined, Date.now())];
		this.read = { keys, until: performance.now() + READ_MS };
		return keys;
	}

	/** Makes another one where it is time; `always`: where none waits for its turn yet. @returns the newest */
	async rotate(now: number, always: boolean): Promise<StoredKey> {
		const [newest] = newestFirst(await this.again());
		const isWaiting = newest !== undefined && newest.signsFrom > now;
		if (newest && (isWaiting || !(always || isDue([newest], now, this.rules)))) return newest;
		await this.forgetOver(now);
		const made = await this.follow(newest, now);
		await this.again();
		return made;
	}

	/** The first one signs at once: nobody has an older list. */
	private async follow(last: StoredKey | undefined, now: number): Promise<StoredKey> {
		const made: StoredKey = {
			kid: randomBytes(9).toString("base64url"),
			createdAt: now,
			signsFrom: last ? now + this.rules.leadMs : now,
			after: last?.kid ?? NOTHING
		};
		try {
			await this.stored.insert(made);
			return made;
		} catch (error) {
			if (!(error instanceof Duplicate)) throw error;
			const { records } = await this.stored.find({ after: made.after }, { limit: 1 });
			if (records[0]) return records[0];
			throw error;
		}
	}

	private async forgetOver(now: number): Promise<void> {
		const keys = await this.all();
		for (const key of keys) {
			const end = endOfKey(keys, key, this.rules);
			if (end !== undefined && end <= now && key !== signingAt(keys, now)) await this.stored.remove(key.kid);
		}
	}

	private again(): Promise<readonly StoredKey[]> {
		this.read = undefined;
		return this.all();
	}
}
