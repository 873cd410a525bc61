/**
 * Sends what waits. Whoever sends a letter takes it for a while, by the version of its record: of several nodes one does, and of one that
 * dies another takes it once that while is over. So it is sent at least once, under one Message-ID.
 */

import { type Collection, Conflict, type Versioned } from "../../../adapters/collection";
import { reach } from "../../../adapters/failpoints";
import type { MailSettings } from "../../../contracts/platform/mail";
import { inGroups } from "../../../domain/in-groups";
import { backoffMs } from "../../../domain/platform/calls/backoff";
import { done, type KeptLetter } from "./letters";

/** At once. */
const MOST = 4;
/** How often it is looked whether another node left something, in ms. */
const POLL_MS = 30_000;
/** How many times as long as it may take a letter is one's own. */
const OWN_FOR = 2;
/** In one change. */
const AT_ONCE = 200;
const LONGEST_WAIT_MS = 3_600_000;

export interface Sending {
	/** @throws whatever kept it from being sent */
	send(letter: KeptLetter): Promise<void>;
	isFinal(error: unknown): boolean;
	/** What came of it: `again` is tried once more. */
	tell(letter: KeptLetter, outcome: "sent" | "again" | "refused" | "given-up", error?: unknown): void;
	failed(error: unknown): void;
}

export class Outbox {
	private timer: NodeJS.Timeout | undefined;
	private running: Promise<void> | undefined;
	private isAsked = false;
	private isOver = false;

	constructor(
		private readonly letters: Collection<KeptLetter>,
		private readonly settings: MailSettings,
		private readonly sending: Sending
	) {}

	/** At the start of a node that is alone: nobody is at any of them, and what kept them waiting may be mended. */
	async restart(): Promise<void> {
		const now = Date.now();
		for await (const each of inGroups(this.letters.each({ dueAt: { $gt: now } }, { sort: "dueAt" }), AT_ONCE))
			await this.letters.write(each.map(letter => ({ put: { ...letter, dueAt: now } })));
	}

	/** There may be something to send. */
	wake(): void {
		clearTimeout(this.timer);
		this.isAsked = true;
		if (this.isOver) return;
		this.running ??= this.run()
			.catch(error => this.sending.failed(error))
			.finally(() => this.rest());
	}

	async stop(): Promise<void> {
		this.isOver = true;
		clearTimeout(this.timer);
		await this.running;
	}

	private rest(): void {
		this.running = undefined;
		if (this.isAsked) this.wake();
		else if (!this.isOver) void this.next().then(ms => this.sleep(ms));
	}

	private sleep(ms: number): void {
		if (this.isOver) return;
		clearTimeout(this.timer);
		this.timer = setTimeout(() => this.wake(), ms).unref();
	}

	/** In how many ms there is something to do. */
	private async next(): Promise<number> {
		try {
			const { records } = await this.letters.find({ dueAt: { $gt: 0 } }, { sort: "dueAt", limit: 1 });
			const dueAt = records[0]?.dueAt;
			return dueAt === undefined ? POLL_MS : Math.min(POLL_MS, Math.max(1, dueAt - Date.now()));
		} catch {
			return POLL_MS;
		}
	}

	private async run(): Promise<void> {
		this.isAsked = false;
		while (!this.isOver) {
			const due = { dueAt: { $lte: Date.now() } };
			const { records } = await this.letters.find(due, { sort: "dueAt", limit: MOST });
			if (records.length === 0) return;
			await Promise.all(records.map(({ id }) => this.one(id)));
		}
	}

	private async one(id: string): Promise<void> {
		const taken = await this.take(id);
		if (!taken) return;
		try {
			await this.sending.send(taken.record);
		} catch (error) {
			return this.unsent(taken, error);
		}
		reach("posted");
		await this.note(taken, done(taken.record, "sent", Date.now()));
		this.sending.tell(taken.record, "sent");
	}

	/** Undefined where somebody else is at it, or it is gone. */
	private async take(id: string): Promise<Versioned<KeptLetter> | undefined> {
		const found = await this.letters.read(id);
		const now = Date.now();
		if (found?.record.dueAt === undefined || found.record.dueAt > now) return undefined;
		const dueAt = now + this.settings.timeoutMs * OWN_FOR;
		const record = { ...found.record, tries: found.record.tries + 1, dueAt };
		const version = await this.note(found, record);
		return version === undefined ? undefined : { record, version };
	}

	private async unsent(taken: Versioned<KeptLetter>, error: unknown): Promise<void> {
		const { record } = taken;
		const now = Date.now();
		const isFinal = this.sending.isFinal(error);
		const isOver = isFinal || now - record.at > this.settings.giveUpMs;
		const waits = { firstMs: this.settings.retryMs, mostMs: LONGEST_WAIT_MS, base: 2 };
		const dueAt = now + backoffMs(waits, record.tries, Math.random());
		await this.note(taken, isOver ? done(record, "given-up", now) : { ...record, dueAt });
		const outcome = isFinal ? "refused" : "given-up";
		this.sending.tell(record, isOver ? outcome : "again", error);
	}

	/** Undefined where it was changed or dropped meanwhile. */
	private async note({ version }: Versioned<KeptLetter>, record: KeptLetter): Promise<string | undefined> {
		try {
			return await this.letters.put(record, { expected: version });
		} catch (error) {
			if (error instanceof Conflict) return undefined;
			throw error;
		}
	}
}
