/** Whose answers are kept, how many and how large, the oldest first: in time that does not grow with them. Pure. */

import type { Limits } from "../../contracts/platform/idempotency";

interface Entry {
	readonly id: string;
	readonly client?: string;
	/** In ms since 1970. */
	readonly begunAt: number;
	/** Null while it is under way, or where it was cut off. */
	readonly answer: string | null;
}
interface Known {
	readonly client: string;
	readonly begunAt: number;
	bytes: number;
	answered: boolean;
}
interface Shelf {
	/** The oldest first. */
	readonly ids: Map<string, Known>;
	bytes: number;
}

/** Younger ones may be sent again by a client that lost its answer, in ms. */
const MAY_COME_AGAIN_MS = 3_600_000;

export class Ledger {
	private readonly all: Shelf = { ids: new Map(), bytes: 0 };
	private readonly clients = new Map<string, Shelf>();

	constructor(private readonly limits: Pick<Limits, "answers" | "answersEach" | "answersBytesEach">) {}

	/** Answers the ids that must go for it: of the same client, the oldest, beyond its bytes. */
	put({ id, client = "", begunAt, answer }: Entry): string[] {
		const bytes = answer?.length ?? 0;
		const known = this.all.ids.get(id) ?? { client, begunAt, bytes: 0, answered: false };
		const mine = this.of(client);
		for (const shelf of [this.all, mine]) {
			shelf.ids.set(id, known);
			shelf.bytes += bytes - known.bytes;
		}
		Object.assign(known, { bytes, answered: answer !== null });
		return this.beyond(mine, id);
	}

	remove(id: string): void {
		const known = this.all.ids.get(id);
		if (!known) return;
		const mine = this.of(known.client);
		for (const shelf of [this.all, mine]) {
			shelf.ids.delete(id);
			shelf.bytes -= known.bytes;
		}
		if (mine.ids.size === 0) this.clients.delete(known.client);
	}

	/** Which limit one more would break, and what may go for it. */
	roomFor(client: string, now: number): { readonly full?: "answers" | "answersEach"; readonly oldest?: string } {
		const mine = this.of(client);
		if (mine.ids.size >= this.limits.answersEach) return { full: "answersEach", ...oldestOf(mine, now) };
		if (this.all.ids.size >= this.limits.answers) return { full: "answers", ...oldestOf(this.all, now) };
		return {};
	}

	private beyond(shelf: Shelf, but: string): string[] {
		let over = shelf.bytes - this.limits.answersBytesEach;
		const gone: string[] = [];
		if (over <= 0) return gone;
		for (const [id, { bytes, answered }] of shelf.ids) {
			if (over <= 0) break;
			if (!answered || id === but) continue;
			gone.push(id);
			over -= bytes;
		}
		return gone;
	}

	private of(client: string): Shelf {
		const shelf = this.clients.get(client) ?? { ids: new Map(), bytes: 0 };
		this.clients.set(client, shelf);
		return shelf;
	}
}

/** The first that is old enough; what is under way stays, since nobody knows what becomes of it. */
function oldestOf({ ids }: Shelf, now: number): { readonly oldest?: string } {
	for (const [id, { begunAt, answered }] of ids) {
		if (begunAt > now - MAY_COME_AGAIN_MS) return {};
		if (answered) return { oldest: id };
	}
	return {};
}
