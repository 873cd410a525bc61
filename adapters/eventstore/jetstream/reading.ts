/**
 * What the stream of JetStream holds, read in order. Single messages are asked of its leader, which alone knows what was
 * acknowledged last. Many at once come by a consumer, which reads its own server's copy: that may be behind, so it is read as
 * far as the leader said, and from the beginning of a gap where messages went astray on their way.
 */

import { randomUUID } from "node:crypto";
import { AckPolicy, type Consumer, DeliverPolicy, type JsMsg, nanos, type StoredMsg } from "nats";
import { StoreAway, StoreBroken } from "../../errors";
import type { StoredAppend } from "../envelope";
import { ATTEMPT_MS, type Connection } from "./connection";
import { Deadline } from "./deadline";
import { NOT_FOUND, numberOf, overdue } from "./faults";
import { readIn } from "./messages";
import type { Subjects } from "./subjects";

/** So many are asked for one by one, which is sooner than a consumer is made. */
const ONE_BY_ONE = 16;
/** Bounded: each may have a megabyte. */
const AT_ONCE = 64;
/** How long an unanswered question for more is left with a server. */
const PULL_MS = 5_000;
const HEARTBEAT_MS = 1_000;
/** A consumer that gave nothing for so many questions is made anew: its server may be cut off. */
const MOST_SILENT = 2;
const BEHIND = "a server's copy of the stream does not come to where its leader is";
/** After that JetStream forgets a consumer that nobody asks. */
const IDLE_MS = 30_000;

export interface Place {
	readonly connection: Connection;
	readonly stream: string;
	readonly subjects: Subjects;
	/** How long each question may take. */
	readonly patienceMs: number;
}

export class Reading {
	constructor(private readonly place: Place) {}

	/** The last append of a stream, as the leader has it. @throws StoreBroken · StoreAway */
	async head(stream: string): Promise<StoredAppend | undefined> {
		const found = await this.message({ last_by_subj: this.place.subjects.of(stream) });
		return found && this.ours(found);
	}

	/** The first append of a stream after `after`, as the leader has it. @throws StoreBroken · StoreAway */
	async next(stream: string, after: number): Promise<StoredAppend | undefined> {
		const found = await this.message({ seq: after + 1, next_by_subj: this.place.subjects.of(stream) });
		return found && this.ours(found);
	}

	/** The names of the streams that begin with `prefix`, sorted. */
	async names(prefix: string): Promise<string[]> {
		const { subjects } = this.place;
		const filters = [subjects.beginningWith(prefix), subjects.long].flatMap(filter => filter ?? []);
		const found = new Set((await Promise.all(filters.map(filter => this.subjectsIn(filter)))).flat());
		const names = await Promise.all([...found].map(subject => this.nameOf(subject)));
		return names.flatMap(name => (name?.startsWith(prefix) ? [name] : [])).sort();
	}

	private async subjectsIn(filter: string): Promise<string[]> {
		const { connection, stream } = this.place;
		const ask = { subjects_filter: filter };
		const { state } = await connection.ask(this.deadline(), () => connection.api.streams.info(stream, ask));
		return Object.keys(state.subjects ?? {});
	}

	/** A name too long for a subject stands in the messages alone. */
	private async nameOf(subject: string): Promise<string | undefined> {
		const { subjects } = this.place;
		if (!subjects.isLong(subject)) return subjects.nameIn(subject);
		const found = await this.message({ last_by_subj: subject });
		return found && readIn(found.string(), found.seq)?.stream;
	}

	/** The sequence of the last message of all. */
	async last(): Promise<number> {
		const { connection, stream } = this.place;
		const info = await connection.ask(this.deadline(), () => connection.api.streams.info(stream));
		return info.state.last_seq;
	}

	/** The appends of one stream after `after`, up to the last that the leader has. */
	async *of(stream: string, after: number): AsyncGenerator<StoredAppend> {
		const subject = this.place.subjects.of(stream);
		let from = after;
		for (let read = 0; read < ONE_BY_ONE; read++) {
			const found = await this.next(stream, from);
			if (!found) return;
			yield found;
			from = found.version;
		}
		const head = await this.message({ last_by_subj: subject });
		if (head === undefined || head.seq <= from) return;
		for await (const message of this.bulk(from, head.seq, subject)) yield this.ours(message);
	}

	/** All appends after `after`, up to the last that the leader has. */
	async *all(after: number): AsyncGenerator<StoredAppend> {
		const last = await this.last();
		if (last > after) for await (const message of this.bulk(after, last)) yield* foundIn(message);
	}

	/** All appends after `after`, and those to come, until `signal` aborts; servers that are away are waited for. */
	async *follow(after: number, signal: AbortSignal): AsyncGenerator<StoredAppend> {
		let from = after;
		while (!signal.aborted) {
			for await (const message of this.tried(from, this.deadline(), undefined, signal)) {
				from = message.seq;
				yield* foundIn(message);
			}
			this.place.connection.mustBeOpen();
		}
	}

	/** Messages after `after`, up to and with `until`. A consumer that fails, or has a gap, is made anew behind the last. */
	private async *bulk(after: number, until: number, subject?: string): AsyncGenerator<JsMsg> {
		const deadline = this.deadline();
		for (let from = after; from < until; ) {
			for await (const message of this.tried(from, deadline, subject)) {
				from = message.seq;
				deadline.renew();
				yield message;
				if (from >= until) return;
			}
			if (deadline.leftMs <= 0) throw overdue(this.place.stream, deadline.ms, new Error(BEHIND));
		}
	}

	/** What one consumer gives until it fails, and a pause then. */
	private async *tried(
		after: number,
		deadline: Deadline,
		subject?: string,
		signal?: AbortSignal
	): AsyncGenerator<JsMsg> {
		try {
			yield* this.delivered(after, subject, signal);
		} catch (error) {
			if (signal && error instanceof StoreAway) return;
			await deadline.pause(this.place.stream, error);
		}
	}

	/** What one consumer gives, as long as it gives all. */
	private async *delivered(after: number, subject?: string, signal?: AbortSignal): AsyncGenerator<JsMsg> {
		const consumer = await this.consumer(after, subject, signal);
		try {
			let delivered = 0;
			for (let silent = 0; silent < MOST_SILENT && !signal?.aborted; silent++) {
				for await (const message of this.pulled(consumer, signal)) {
					if (message.info.deliverySequence !== delivered + 1) return;
					delivered += 1;
					silent = -1;
					yield message;
				}
			}
		} finally {
			consumer.delete().catch(() => undefined);
		}
	}

	/** Some messages, or after a while none. */
	private async *pulled(consumer: Consumer, signal?: AbortSignal): AsyncGenerator<JsMsg> {
		const { connection } = this.place;
		const ask = { max_messages: AT_ONCE, expires: PULL_MS, idle_heartbeat: HEARTBEAT_MS };
		const messages = await consumer.fetch(ask);
		const stop = (): void => void messages.close();
		const stay = connection.onEnd(stop);
		signal?.addEventListener("abort", stop);
		if (signal?.aborted) stop();
		try {
			yield* messages;
			connection.mustBeOpen();
		} finally {
			stay();
			signal?.removeEventListener("abort", stop);
			stop();
		}
	}

	private async consumer(after: number, subject: string | undefined, signal?: AbortSignal): Promise<Consumer> {
		const { connection, stream } = this.place;
		const config = {
			ack_policy: AckPolicy.None,
			deliver_policy: DeliverPolicy.StartSequence,
			opt_start_seq: after + 1,
			...(subject !== undefined && { filter_subject: subject }),
			mem_storage: true,
			num_replicas: 1,
			inactive_threshold: nanos(IDLE_MS)
		};
		// Whoever listens on is told to stop between two short attempts.
		const deadline = signal ? new Deadline(ATTEMPT_MS) : this.deadline();
		// A name of its own for each attempt: one that a server with a full disk was given is not given to another.
		const made = await connection.ask(deadline, () =>
			connection.api.consumers.add(stream, { ...config, name: randomUUID() })
		);
		return connection.js.consumers.getPullConsumerFor(made);
	}

	/** As the leader has it; undefined where there is none. */
	private message(
		query: { seq: number; next_by_subj: string } | { last_by_subj: string }
	): Promise<StoredMsg | undefined> {
		const { connection, stream } = this.place;
		return connection.ask(this.deadline(), async () => {
			try {
				return await connection.api.streams.getMessage(stream, query);
			} catch (error) {
				if (numberOf(error) === NOT_FOUND.message) return undefined;
				throw error;
			}
		});
	}

	private ours(message: Pick<StoredMsg, "seq" | "string">): StoredAppend {
		const found = readIn(message.string(), message.seq);
		if (found) return found;
		throw new StoreBroken(this.place.stream, `message ${message.seq} is no append: another program writes there`);
	}

	private deadline(): Deadline {
		return new Deadline(this.place.patienceMs);
	}
}

/** Others' messages between ours are passed over. */
function foundIn(message: JsMsg): StoredAppend[] {
	const found = readIn(message.string(), message.seq);
	return found ? [found] : [];
}
