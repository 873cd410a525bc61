/**
 * The outbox of a collection that several nodes write to. Their announcements are numbered by one count, each in the
 * transaction of its change: whoever counts meets whoever else does, so that a number is to be seen only after all before it.
 * One node at a time announces.
 */

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { ClientSession, Collection, Db, FindOneAndUpdateOption } from "mongodb";
import { parseJson } from "../../../contracts/json";
import { fieldsOf } from "../../../domain/unknown";
import { codeOf, isDuplicate } from "../../mongo/faults";
import type { Pending } from "../adapter";
import type { Announcement } from "../collection";
import { inboxNames } from "./inbox";

/** Who announces. Each change of it has a beat of its own. */
interface Turn {
	readonly _id: string;
	readonly holder: string | null;
	readonly beat: number;
}

/** Without a beat for so long, whoever announced is dead. */
const SILENT_MS = 3_000;
const BEAT_MS = SILENT_MS / 4;
/** Until a turn is asked for again. */
const AGAIN_MS = 40;

const NAMESPACE_EXISTS = 48;

/** What a transaction writes to must be there before it. */
export async function ensure(db: Db, name: string): Promise<void> {
	for (const each of [name, `${name}.outbox`, ...inboxNames(name)])
		await db.createCollection(each).catch((error: unknown) => {
			if (codeOf(error) !== NAMESPACE_EXISTS) throw error;
		});
	await first(db.collection("outbox.positions"), { _id: name, last: 0 });
	await first(db.collection("outbox.relays"), { _id: name, holder: null, beat: 0 });
}

async function first(
	collection: Collection,
	{ _id, ...rest }: { readonly _id: string; readonly [field: string]: unknown }
): Promise<void> {
	try {
		await collection.updateOne({ _id }, { $setOnInsert: rest }, { upsert: true });
	} catch (error) {
		// Another node was first.
		if (!isDuplicate(error)) throw error;
	}
}

export class MongoOutbox {
	private readonly counts: Collection;
	private readonly turns: Collection;
	private readonly waiting: Collection;
	private readonly me = randomUUID();

	constructor(
		db: Db,
		private readonly name: string
	) {
		this.counts = db.collection("outbox.positions");
		this.turns = db.collection("outbox.relays");
		this.waiting = db.collection(`${name}.outbox`);
	}

	/** In the transaction of the change; begun by it, for whoever comes too late is to know at once. */
	async keep(announcements: readonly Announcement[], session: ClientSession): Promise<void> {
		const { length } = announcements;
		if (length === 0) return;
		const counting = { session, upsert: true, returnDocument: "after" } as FindOneAndUpdateOption<object>;
		const { value } = await this.counts.findOneAndUpdate({ _id: this.name }, { $inc: { last: length } }, counting);
		const before = Number(value.last) - length;
		const docs = announcements.map(({ event, payload }, at) => ({
			_id: before + at + 1,
			event,
			json: JSON.stringify(payload)
		}));
		await this.waiting.insertMany(docs, { session });
	}

	async pending(most: number): Promise<Pending[]> {
		const found = await this.waiting.find({}).sort({ _id: 1 }).limit(most).toArray();
		return found.map(({ _id, event, json }) => ({
			position: String(_id),
			event,
			payload: fieldsOf(parseJson(json))
		}));
	}

	async acknowledge(positions: readonly string[]): Promise<void> {
		await this.waiting.deleteMany({ _id: { $in: positions.map(Number) } });
	}

	/** Does `work` while no other node does, or not at all once nothing waits. */
	async alone(work: (isMine: () => boolean) => Promise<void>): Promise<void> {
		const beat = await this.turn();
		if (beat === undefined) return;
		const held = new HeldTurn(beat, next => this.beaten(next));
		try {
			await work(() => held.isMine());
		} finally {
			await held.end();
			await this.turns.updateOne({ _id: this.name, holder: this.me }, { $set: { holder: null }, $inc: { beat: 1 } });
		}
	}

	/** The beat of the turn that was got; undefined once nothing waits. */
	private async turn(): Promise<number | undefined> {
		let seen: (Turn & { readonly sinceMs: number }) | undefined;
		while ((await this.pending(1)).length > 0) {
			const turn: Turn | null = await this.turns.findOne({ _id: this.name });
			if (!turn) await first(this.turns, { _id: this.name, holder: null, beat: 0 });
			else if (this.isFree(turn) || (seen?.beat === turn.beat && performance.now() - seen.sinceMs > SILENT_MS)) {
				if (await this.beaten(turn.beat)) return turn.beat + 1;
			} else if (seen?.beat !== turn.beat) seen = { ...turn, sinceMs: performance.now() };
			await sleep(AGAIN_MS * (0.5 + Math.random()));
		}
		return undefined;
	}

	/** Also where it could not be given back. */
	private isFree({ holder }: Turn): boolean {
		return holder === null || holder === this.me;
	}

	/** Whether it was the next: of many who try exactly one is. */
	private async beaten(beat: number): Promise<boolean> {
		const { modifiedCount } = await this.turns.updateOne(
			{ _id: this.name, beat },
			{ $set: { holder: this.me, beat: beat + 1 } }
		);
		return modifiedCount === 1;
	}
}

/** A turn, as long as its beats go on: by both clocks, for one stands still while a machine sleeps, the other may be set. */
class HeldTurn {
	private readonly timer: NodeJS.Timeout;
	private beating: Promise<void> = Promise.resolve();
	private untilMs = ending();

	constructor(
		private beat: number,
		private readonly next: (beat: number) => Promise<boolean>
	) {
		this.timer = setInterval(() => {
			this.beating = this.beating.then(() => this.again());
		}, BEAT_MS).unref();
	}

	isMine(): boolean {
		return performance.now() < this.untilMs.steady && Date.now() < this.untilMs.wall;
	}

	async end(): Promise<void> {
		clearInterval(this.timer);
		await this.beating;
	}

	private async again(): Promise<void> {
		const until = ending();
		try {
			if (!(await this.next(this.beat))) return;
			this.beat++;
			this.untilMs = until;
		} catch {
			// It ends by itself.
		}
	}
}

/** Before anybody may take it for dead. */
const ending = (): { readonly steady: number; readonly wall: number } => ({
	steady: performance.now() + SILENT_MS - BEAT_MS,
	wall: Date.now() + SILENT_MS - BEAT_MS
});
