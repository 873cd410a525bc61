/** API keys, made within their limits and followed by others: as many as there may be, whichever nodes make some at once. */

import { setTimeout as sleep } from "node:timers/promises";
import { type Collection, Conflict, Duplicate, type Versioned } from "../../../adapters/collection";
import type { Announced } from "../../../cluster";
import { failure } from "../../../cluster/errors";
import type { SettingsOf } from "../../../contracts/contract";
import { access, type NewApiKey } from "../../../contracts/platform/access";
import { InTurn } from "../../../domain/in-turn";
import { followed, follower, idOf, isOver, newKey, newRecord, type StoredKey, shown, type Wanted } from "./record";

export type Keys = Collection<StoredKey, Announced>;
/** Of a machine: null. */
type Owner = string | null;

/** Of nodes that make the last key at once each tries so often, within this time, in ms. */
const MOST_TRIES = 5;
const TOGETHER_MS = 200;
export const CHANGED = { event: "access.changed", payload: {} } as const;

export class Keyring {
	/** Of many at once each counts those before it. */
	private readonly making = new InTurn();

	/** @param derive a secret that follows from a name, to be had by nobody else */
	constructor(
		private readonly keys: Keys,
		private readonly limits: SettingsOf<typeof access>,
		private readonly derive: (name: string) => string
	) {}

	/** @param once asked for twice under one name it is one. @throws LIMIT_REACHED */
	make(wanted: Omit<Wanted, "key" | "id">, once: string | undefined): Promise<NewApiKey> {
		return this.making.next(() => this.once(once, own => this.oneMore(wanted, own)));
	}

	/** @throws KEY_NOT_FOUND · KEY_FOLLOWED · LIMIT_REACHED */
	follow(id: string, owner: Owner, overlapMs: number, once: string | undefined): Promise<NewApiKey> {
		return this.making.next(() => this.once(once, own => this.followedBy(id, owner, overlapMs, own)));
	}

	/** @throws KEY_NOT_FOUND of what is another's, too */
	async of(id: string, owner: Owner): Promise<Versioned<StoredKey>> {
		const found = await this.keys.read(id);
		if (found && (found.record.owner ?? null) === owner) return found;
		throw failure("KEY_NOT_FOUND", `There is no API key '${id}'${owner === null ? "" : " of yours"}.`);
	}

	/** Its id and its text follow from the name, so that it is found where it was made before. */
	private async once(
		once: string | undefined,
		make: (own: Pick<Wanted, "key" | "id">) => Promise<NewApiKey>
	): Promise<NewApiKey> {
		if (once === undefined) return make({ key: newKey() });
		const key = `bny_${this.derive(`API key ${once}`)}`;
		const id = idOf(key);
		const made = await this.keys.get(id);
		if (made) return { ...shown(made), key };
		try {
			return await make({ key, id });
		} catch (error) {
			const meanwhile = error instanceof Duplicate ? await this.keys.get(id) : undefined;
			if (!meanwhile) throw error;
			return { ...shown(meanwhile), key };
		}
	}

	/** Counted before and, as other nodes make some too, after it was made: of those that were made at once all may go. */
	private async oneMore(wanted: Omit<Wanted, "key" | "id">, own: Pick<Wanted, "key" | "id">): Promise<NewApiKey> {
		const owner = wanted.owner ?? null;
		for (let tries = 1; ; tries++) {
			await this.makeRoom(owner);
			const made = newRecord({ ...wanted, ...own }, Date.now());
			await this.keys.insert(made, { events: [CHANGED] });
			if ((await this.count(owner)) <= this.most(owner)) return { ...shown(made), key: own.key };
			await this.keys.remove(made.id, { events: [CHANGED] });
			if (tries === MOST_TRIES) throw this.full(owner);
			await sleep(Math.random() * TOGETHER_MS);
		}
	}

	private async followedBy(
		id: string,
		owner: Owner,
		overlapMs: number,
		own: Pick<Wanted, "key" | "id">
	): Promise<NewApiKey> {
		const { record, version } = await this.of(id, owner);
		const now = Date.now();
		if (record.followedBy != null)
			throw failure("KEY_FOLLOWED", `The key '${record.followedBy}' took the place of '${id}'.`);
		if (isOver(record, now)) throw failure("KEY_NOT_FOUND", `The API key '${id}' is over: make another one.`);
		await this.makeRoom(owner);
		const made = follower(record, own.key, own.id, now);
		const before = followed(record, made.id, overlapMs, now);
		try {
			await this.keys.write([{ insert: made }, { put: before, expected: version }], { events: [CHANGED] });
		} catch (error) {
			// Its use was noted meanwhile, or it was followed or revoked.
			if (error instanceof Conflict) return this.followedBy(id, owner, overlapMs, own);
			throw error;
		}
		return { ...shown(made), key: own.key };
	}

	/** What is over goes first. @throws LIMIT_REACHED */
	private async makeRoom(owner: Owner): Promise<void> {
		if ((await this.count(owner)) < this.most(owner)) return;
		const over: string[] = [];
		for await (const key of this.keys.each({ owner })) if (isOver(key, Date.now())) over.push(key.id);
		if (over.length > 0) await this.keys.write(over.map(remove => ({ remove })));
		if ((await this.count(owner)) >= this.most(owner)) throw this.full(owner);
	}

	private count(owner: Owner): Promise<number> {
		return this.keys.count({ owner });
	}

	private most(owner: Owner): number {
		return owner === null ? this.limits.apiKeys : this.limits.apiKeysEach;
	}

	private full(owner: Owner): Error {
		const { apiKeys, apiKeysEach } = access.settings;
		const { variable } = owner === null ? apiKeys : apiKeysEach;
		return failure(
			"LIMIT_REACHED",
			`${variable} is reached: revoke a key that is no longer needed${owner === null ? ", or raise it" : ""}.`
		);
	}
}
