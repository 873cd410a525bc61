/**
 * What a node sends to another one within one turn of the event loop goes as one message: sealed once, and one message for
 * NATS. Sealing costs as much as all else of a call. Whatever else is sent goes after what waits: the order stays.
 */

import { framed } from "../adapters/packet-frame";
import type { Send } from "../cluster/middleware";
import { textOf } from "../domain/unknown";

type Meta = Parameters<Send>[2];

export interface Message {
	readonly topic: string;
	readonly data: Buffer;
	/** Of its first packet. */
	readonly meta: Meta;
	readonly packets: number;
	/** Of the calls in it. */
	readonly ids: readonly string[];
}

interface Batch {
	readonly packets: Buffer[];
	readonly metas: Meta[];
	bytes: number;
	readonly sent: PromiseWithResolvers<void>;
}

const KINDS: ReadonlySet<string> = new Set(["REQ", "RES", "EVENT"]);
/** A larger packet goes by itself, in bytes. */
const LARGE = 16 * 1024;
const MOST_BYTES = 128 * 1024;

export class Batches {
	private readonly waiting = new Map<string, Batch>();
	private isDue = false;

	constructor(private readonly send: (message: Message) => unknown) {}

	/** Resolves when it was given to NATS's client. */
	add(topic: string, data: Buffer, meta: Meta): Promise<unknown> {
		const { type, target } = meta.packet;
		if (target == null || data.length > LARGE || !KINDS.has(type)) {
			this.flush();
			return Promise.resolve(this.send({ topic, data, meta, packets: 1, ids: idsOf([meta]) }));
		}
		const batch = this.waiting.get(topic) ?? this.begin(topic);
		batch.packets.push(data);
		batch.metas.push(meta);
		batch.bytes += data.length;
		if (batch.bytes > MOST_BYTES) this.flush();
		return batch.sent.promise;
	}

	/** All that waits. */
	flush(): void {
		this.isDue = false;
		if (this.waiting.size === 0) return;
		const batches = [...this.waiting];
		this.waiting.clear();
		for (const [topic, batch] of batches) this.post(topic, batch);
	}

	private begin(topic: string): Batch {
		const batch: Batch = { packets: [], metas: [], bytes: 0, sent: Promise.withResolvers() };
		this.waiting.set(topic, batch);
		if (!this.isDue) setImmediate(() => this.flush());
		this.isDue = true;
		return batch;
	}

	private post(topic: string, { packets, metas, sent }: Batch): void {
		const [[data], [meta]] = [packets, metas];
		if (!data || !meta) return;
		try {
			const message = { topic, meta, packets: packets.length, ids: idsOf(metas) };
			this.send({ ...message, data: packets.length === 1 ? data : framed(packets) });
			sent.resolve();
		} catch (error) {
			sent.reject(error);
		}
	}
}

const idsOf = (metas: readonly Meta[]): string[] =>
	metas.flatMap(({ packet: { type, payload } }) => (type === "REQ" ? (textOf(payload, "id") ?? []) : []));
