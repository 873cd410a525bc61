/**
 * All appends of a stream of JetStream as they are stored: read for a backup; put back into a stream that is made for it and
 * is marked until all is there, so that no node starts on half of it. Each has the sequence that it had: what points at it
 * stays right. A gap, where others had written, is filled by messages that are no appends.
 */

import type { StreamInfo } from "nats";
import { inGroups } from "../../../domain/in-groups";
import { StoreUnfit } from "../../errors";
import type { StoredAppend } from "../envelope";
import { ATTEMPT_MS, Connection } from "./connection";
import { Deadline } from "./deadline";
import { lastSequenceIn } from "./faults";
import { written } from "./messages";
import { Reading } from "./reading";
import { configOf, infoOf, RESTORING, refuseServer, streamNameOf } from "./stream";
import { Subjects } from "./subjects";

export interface WholeOptions {
	/** What the client of NATS is given. */
	readonly nats: Readonly<Record<string, unknown>>;
	readonly namespace: string;
	readonly replicas: number;
	readonly patienceMs: number;
}

const OPERATION_MS = 20_000;
/** So many are under way at once. */
const AT_ONCE = 64;

/** The stream of a namespace, whatever is in it. */
export class WholeStream {
	private constructor(
		private readonly connection: Connection,
		private readonly subjects: Subjects,
		private readonly options: WholeOptions,
		readonly name: string
	) {}

	/** @throws StoreAway · StoreDenied · StoreUnfit */
	static async open(options: WholeOptions): Promise<WholeStream> {
		const name = streamNameOf(options.namespace);
		const connection = await Connection.open(name, options.nats, new Deadline(options.patienceMs));
		return new WholeStream(connection, new Subjects(`EVENTS.${options.namespace}`), options, name);
	}

	/** In their order, up to the last that the leader has now. */
	async *all(): AsyncGenerator<StoredAppend> {
		if (!(await this.info())) return;
		const { connection, subjects, name: stream } = this;
		yield* new Reading({ connection, stream, subjects, patienceMs: OPERATION_MS }).all(0);
	}

	/** How many messages it has; undefined where there is none. And of which backup it is being restored. */
	async state(): Promise<{ readonly last: number; readonly restoring: string | undefined } | undefined> {
		const info = await this.info();
		return info && { last: info.state.last_seq, restoring: info.config.metadata?.[RESTORING] };
	}

	/** Makes it for the backup of that id, unless it is being made for it. @throws StoreUnfit · StoreDenied */
	async begin(id: string): Promise<void> {
		refuseServer(this.connection);
		const config = configOf(this.stream);
		const metadata = { [RESTORING]: id };
		if (!(await this.info())) await this.ask(api => api.streams.add({ ...config, metadata }));
		else await this.ask(api => api.streams.update(this.name, { metadata }));
	}

	/** All is there: nodes may use it. */
	async end(): Promise<void> {
		if ((await this.state())?.restoring !== undefined)
			await this.ask(api => api.streams.update(this.name, { metadata: {} }));
	}

	/** Each at its place; what is there already, of a restore that was cut off, is passed over. */
	async put(appends: AsyncIterable<StoredAppend>): Promise<void> {
		let { last = 0 } = (await this.state()) ?? {};
		for await (const some of inGroups(this.filled(appends, last), AT_ONCE)) {
			await Promise.all(some.map(each => this.send(each)));
			last = some.at(-1)?.position ?? last;
		}
	}

	async close(): Promise<void> {
		await this.connection.close();
	}

	/** What is still to be stored, without a gap. */
	private async *filled(appends: AsyncIterable<StoredAppend>, last: number): AsyncGenerator<Placed> {
		let at = last;
		for await (const append of appends) {
			if (append.position <= last) continue;
			while (at + 1 < append.position) yield { position: ++at, subject: this.subjects.filler, text: "" };
			at = append.position;
			yield { position: at, subject: this.subjects.of(append.stream), text: written(append, append.at) };
		}
	}

	/** Until it is answered. Where its place is taken, an attempt before took it, or somebody else writes there. */
	private async send({ position, subject, text }: Placed): Promise<void> {
		const { connection, name } = this;
		const expect = { lastSequence: position - 1, streamName: name };
		const deadline = new Deadline(OPERATION_MS);
		await connection.ask(deadline, async () => {
			try {
				await connection.js.publish(subject, text, { expect: { ...expect }, timeout: ATTEMPT_MS });
			} catch (error) {
				const last = lastSequenceIn(error);
				if (last === undefined) throw error;
				if (last < position - 1) throw new Early();
				if (!(await this.holds(position, subject, text)))
					throw new StoreUnfit(
						name,
						"somebody else writes to it while it is being restored: stop all nodes, and begin with a new one."
					);
			}
		});
	}

	private async holds(position: number, subject: string, text: string): Promise<boolean> {
		const found = await this.connection.api.streams.getMessage(this.name, { seq: position });
		return found.subject === subject && found.string() === text;
	}

	private info(): Promise<StreamInfo | undefined> {
		return infoOf(this.connection, this.stream, new Deadline(this.options.patienceMs));
	}

	private ask<T>(question: (api: Connection["api"]) => Promise<T>): Promise<T> {
		return this.connection.ask(new Deadline(this.options.patienceMs), () => question(this.connection.api));
	}

	private get stream() {
		return { name: this.name, subjects: this.subjects.all, replicas: this.options.replicas };
	}
}

interface Placed {
	readonly position: number;
	readonly subject: string;
	readonly text: string;
}

/** One before it was lost on its way, and is sent again. */
class Early extends Error {
	constructor() {
		super("a message before it is not stored yet");
	}
}
