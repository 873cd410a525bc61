/**
 * What is kept of whom, counted in memory. Where other nodes keep answers in the same collection, what they changed is read
 * now and then, and all of it before anybody is refused: between two looks each node may let in as much as there is room for.
 */

import type { Collection } from "../../../adapters/collection";
import type { Limits } from "../../../contracts/platform/idempotency";
import { Ledger } from "../../../domain/platform/ledger";

/** A request under a key, and its answer. */
export interface Kept {
	readonly id: string;
	readonly digest: string;
	/** Whose it is; unknown of what was kept by an earlier version. */
	readonly client?: string;
	/** In ms since 1970. */
	readonly begunAt: number;
	/** The same of its last change. */
	readonly changedAt?: number;
	/** Sealed: it may hold what is answered once, for example a new API key. */
	readonly answer: string | null;
	/** It failed, and may have had its effect. */
	readonly unknown?: true;
	/** Of whoever began it: asked once more, they are told the same. */
	readonly token?: string;
	/** The gateway that does it. */
	readonly gateway?: string;
	/** Done twice it comes to the same. */
	readonly repeatable?: boolean;
}

/** How far the clocks of nodes may be apart, in ms: packets of one that is further away are refused. */
const SKEW_MS = 120_000;

type Room = ReturnType<Ledger["roomFor"]>;

export class Accounts {
	private ledger: Ledger;
	private readFrom = 0;

	constructor(
		private readonly kept: Collection<Kept>,
		private readonly limits: Limits,
		private readonly isShared: boolean
	) {
		this.ledger = new Ledger(limits);
	}

	/** All of it, anew. */
	async read(): Promise<void> {
		const ledger = new Ledger(this.limits);
		const from = Date.now();
		for await (const each of this.kept.each({}, { sort: "begunAt" })) ledger.put(each);
		this.ledger = ledger;
		this.readFrom = from;
	}

	/** What was changed since the last look. */
	async readOn(): Promise<void> {
		const since = this.readFrom - SKEW_MS;
		this.readFrom = Date.now();
		for await (const each of this.kept.each({ changedAt: { $gte: since } }, { sort: "changedAt" }))
			this.ledger.put(each);
	}

	/** Answers the ids that must go for it. */
	put(each: Kept): string[] {
		return this.ledger.put(each);
	}

	remove(id: string): void {
		this.ledger.remove(id);
	}

	/** Which limit one more would break, and what may go for it. */
	async roomFor(client: string): Promise<Room> {
		const room = this.ledger.roomFor(client, Date.now());
		const isRefused = room.full !== undefined && room.oldest === undefined;
		if (!isRefused || !this.isShared) return room;
		await this.read();
		return this.ledger.roomFor(client, Date.now());
	}
}
