/**
 * The event store of a cluster: one stream of JetStream for a namespace, one message an append, a subject for each stream.
 *
 * The version of a stream is the sequence of its last message, expected with each append; so an append may be sent again
 * until it is answered: it is stored once, and refused then for its own sake, which is seen by its id (L10). JetStream's own
 * ids of messages are not used: it looks for a duplicate before it looks at what is expected, on any subject, and for two
 * minutes only.
 */

import { StoreClosed } from "../../errors";
import { type Append, acknowledged, opened, ordinal, type StoredAppend, sealed } from "../envelope";
import {
	type Appended,
	AppendTooLarge,
	type EventData,
	type EventStore,
	type RecordedEvent,
	VersionConflict
} from "../eventstore";
import { Connection } from "./connection";
import { Deadline } from "./deadline";
import { lastSequenceIn } from "./faults";
import { Heads } from "./heads";
import { written } from "./messages";
import { Reading } from "./reading";
import { MAX_MESSAGE_BYTES, makeReady, streamNameOf } from "./stream";
import { Subjects } from "./subjects";

export interface JetStreamOptions {
	/** What the client of NATS is given. */
	readonly nats: Readonly<Record<string, unknown>>;
	readonly namespace: string;
	/** On how many servers each event is kept. */
	readonly replicas: number;
	/** How long servers are waited for at the start. */
	readonly patienceMs: number;
	/** How long an append, or a question to the servers, may take: longer than they need to elect who leads. @default 20000 */
	readonly operationMs?: number;
	readonly access?: "write" | "read";
	/** Also where a backup is being restored to it. */
	readonly isRestoring?: boolean;
	/** @default the system's clock */
	readonly now?: () => Date;
}

const OPERATION_MS = 20_000;

/** Open as soon as the servers are there. @throws StoreAway · StoreDenied · StoreUnfit */
export async function openJetStreamStore(options: JetStreamOptions): Promise<EventStore> {
	const name = streamNameOf(options.namespace);
	const subjects = new Subjects(`EVENTS.${options.namespace}`);
	const deadline = new Deadline(options.patienceMs);
	const connection = await Connection.open(name, options.nats, deadline);
	try {
		const { replicas, isRestoring = false } = options;
		await makeReady(connection, { name, subjects: subjects.all, replicas, isRestoring }, deadline);
		return new JetStreamStore(connection, name, subjects, options);
	} catch (error) {
		await connection.close();
		throw error;
	}
}

class JetStreamStore implements EventStore {
	private readonly reading: Reading;
	private readonly heads = new Heads();
	private readonly underWay = new Set<Promise<unknown>>();
	private readonly operationMs: number;
	private closing: Promise<void> | undefined;

	constructor(
		private readonly connection: Connection,
		private readonly name: string,
		private readonly subjects: Subjects,
		private readonly options: JetStreamOptions
	) {
		this.operationMs = options.operationMs ?? OPERATION_MS;
		this.reading = new Reading({ connection, stream: name, subjects, patienceMs: this.operationMs });
	}

	async append(stream: string, expected: string, events: readonly EventData[], appendId: string): Promise<Appended> {
		this.mustBeOpen();
		if (this.options.access === "read")
			throw new StoreClosed(`The event store '${this.name}' is open for reading only.`);
		const stored = this.store(sealed(stream, expected, events, appendId));
		this.underWay.add(stored);
		return stored.finally(() => this.underWay.delete(stored));
	}

	async version(stream: string): Promise<string> {
		this.mustBeOpen();
		return String((await this.head(stream))?.version ?? 0);
	}

	async last(stream: string): Promise<RecordedEvent[]> {
		this.mustBeOpen();
		const head = await this.head(stream);
		return head ? [...opened(head)] : [];
	}

	async *read(stream: string, after?: string): AsyncGenerator<RecordedEvent> {
		const from = ordinal(after);
		this.mustBeOpen();
		for await (const append of this.reading.of(stream, from)) {
			this.heads.put(append);
			yield* opened(append);
		}
	}

	async *readAll(after?: string): AsyncGenerator<RecordedEvent> {
		const from = ordinal(after);
		this.mustBeOpen();
		for await (const append of this.reading.all(from)) yield* opened(append);
	}

	async *subscribe(after: string | undefined, signal: AbortSignal): AsyncGenerator<RecordedEvent> {
		const from = ordinal(after);
		this.mustBeOpen();
		for await (const append of this.reading.follow(from, signal))
			for (const recorded of opened(append)) {
				if (signal.aborted) return;
				yield recorded;
			}
	}

	async streams(prefix: string): Promise<string[]> {
		this.mustBeOpen();
		return await this.reading.names(prefix);
	}

	close(): Promise<void> {
		this.closing ??= this.ended();
		return this.closing;
	}

	private async ended(): Promise<void> {
		await Promise.allSettled(this.underWay);
		await this.connection.close();
	}

	private mustBeOpen(): void {
		if (this.closing !== undefined) throw new StoreClosed(`The event store '${this.name}' is closed.`);
	}

	private async head(stream: string): Promise<StoredAppend | undefined> {
		const head = await this.reading.head(stream);
		if (head) this.heads.put(head);
		return head;
	}

	private async store(append: Append): Promise<Appended> {
		const { stream, appendId } = append;
		const deadline = new Deadline(this.operationMs);
		const before = await this.before(append);
		if (before) return before;
		const at = (this.options.now?.() ?? new Date()).toISOString();
		const sent = await this.sent(append, written(append, at), deadline);
		if (sent.stored === undefined) return this.judged(append, sent, deadline);
		const head = { stream, appendId, at, version: sent.stored, position: sent.stored };
		this.heads.put(head);
		return acknowledged(head, false);
	}

	/**
	 * What there is to say without asking for it to be stored. The servers compare versions alone: whether the append that has
	 * the expected one is this one itself is looked at here, of the leader, unless it is known to be another.
	 */
	private async before({ stream, expected, appendId }: Append): Promise<Appended | undefined> {
		const known = this.heads.get(stream);
		if (expected === 0 || (known?.version === expected && known.appendId !== appendId)) return undefined;
		const head = await this.head(stream);
		if (head?.appendId === appendId) return acknowledged(head, true);
		if (head && head.version > expected) throw new VersionConflict(stream, String(expected), String(head.version));
		return undefined;
	}

	/** Sent until it is answered: the sequence it is stored at, or the last one of a stream that is at another version. */
	private sent({ stream, expected }: Append, text: string, deadline: Deadline): Promise<Sent> {
		const bytes = Buffer.byteLength(text);
		if (bytes > MAX_MESSAGE_BYTES) throw new AppendTooLarge(stream, bytes);
		const subject = this.subjects.of(stream);
		const expect = { lastSubjectSequence: expected, streamName: this.name };
		let tries = 0;
		return this.connection.ask(deadline, async () => {
			tries++;
			try {
				// What is given is written into: each attempt has its own.
				const { seq } = await this.connection.js.publish(subject, text, {
					expect: { ...expect },
					timeout: deadline.attemptMs
				});
				return { stored: seq };
			} catch (error) {
				const last = lastSequenceIn(error);
				if (last !== undefined) return { last, isRepeated: tries > 1 };
				throw error;
			}
		});
	}

	/**
	 * The stream is at another version, `last` or later: by this append itself, whose answer was lost, or by another one. Where
	 * it is stored it follows the version that it expected, whatever came behind it since.
	 */
	private async judged(append: Append, { last, isRepeated }: Refused, deadline: Deadline): Promise<Appended> {
		const { stream, expected, appendId } = append;
		for (;;) {
			const head = await this.head(stream);
			if (head?.appendId === appendId) return acknowledged(head, true);
			const actual = head?.version ?? 0;
			const following = isRepeated && actual > expected ? await this.reading.next(stream, expected) : undefined;
			if (following?.appendId === appendId) return acknowledged(following, true);
			if (actual >= last) throw new VersionConflict(stream, String(expected), String(actual));
			await deadline.pause(this.name, new Error("the leader of the stream does not know its last append yet"));
		}
	}
}

/** By the stream's last sequence. */
interface Refused {
	readonly stored?: undefined;
	readonly last: number;
	/** It was sent before, and no answer came. */
	readonly isRepeated: boolean;
}
type Sent = { readonly stored: number } | Refused;
