/** All that a cluster keeps at its servers, read while its nodes go on. */

import { collectionNames, wholeCollection } from "../collection/mongo/whole";
import { WholeStream } from "../eventstore/jetstream/whole";
import { storedLinks } from "../linkstore/mongo-whole";
import { type Held, hold, type MongoDatabase } from "../mongo/connection";
import { told } from "../mongo/faults";
import { sealedSecretIn } from "../secrets/shared";
import { appendPart } from "./appends";
import { type Kept, type LinkLine, type Part, RestoreRefused } from "./format";

/** Where they are. */
export interface Servers {
	readonly events: {
		readonly nats: Readonly<Record<string, unknown>>;
		readonly namespace: string;
		readonly replicas: number;
		readonly patienceMs: number;
	};
	readonly mongo: MongoDatabase;
	/** Opens what is sealed under the cluster's key. */
	readonly opens: (sealed: Buffer) => Buffer | undefined;
}

export interface Streams {
	readonly events: WholeStream;
	readonly announcements: WholeStream;
}

/** @throws StoreAway · StoreDenied · StoreUnfit */
export async function openStreams({ events }: Pick<Servers, "events">): Promise<Streams> {
	const opened = await WholeStream.open(events);
	try {
		const announcements = await WholeStream.open({ ...events, namespace: `${events.namespace}-announcements` });
		return { events: opened, announcements };
	} catch (error) {
		await opened.close();
		throw error;
	}
}

/** @throws StoreAway · StoreDenied · StoreUnfit · RestoreRefused where nothing is kept there */
export async function keptAtServers(servers: Servers): Promise<Kept> {
	const held = await hold(servers.mongo);
	try {
		const streams = await openStreams(servers);
		return new ServersKept(servers, held, streams);
	} catch (error) {
		await held.release();
		throw error;
	}
}

class ServersKept implements Kept {
	readonly mode = "cluster";
	private sealed: Buffer | undefined;

	constructor(
		private readonly servers: Servers,
		private readonly held: Held,
		private readonly streams: Streams
	) {}

	async *parts(): AsyncGenerator<Part> {
		const { events, announcements } = this.streams;
		if ((await events.state()) === undefined)
			throw new RestoreRefused(`Nothing is kept in '${events.name}': set NAMESPACE to the one of the nodes.`);
		for (const name of await this.asked(() => collectionNames(this.held.db)))
			yield { kind: "collection", name, lines: this.told(wholeCollection(this.held.db, name)) };
		yield appendPart("announcements", announcements.name, announcements.all());
		yield appendPart("events", events.name, this.watched(events.all()));
		yield { kind: "links", lines: this.links() };
	}

	async secret(): Promise<Buffer | undefined> {
		const { sealed } = this;
		if (sealed === undefined) return undefined;
		const secret = this.servers.opens(sealed);
		if (secret) return secret;
		throw new RestoreRefused(
			"The secret of this cluster is sealed under another CLUSTER_KEY: set the one of its nodes."
		);
	}

	async close(): Promise<void> {
		await Promise.all([this.streams.events.close(), this.streams.announcements.close()]);
		await this.held.release();
	}

	private async *watched<A extends { readonly stream: string; readonly body: string }>(
		appends: AsyncIterable<A>
	): AsyncGenerator<A> {
		for await (const append of appends) {
			this.sealed = sealedSecretIn(append) ?? this.sealed;
			yield append;
		}
	}

	private async *links(): AsyncGenerator<LinkLine> {
		for await (const { migration, id, username, keyDigest, target } of this.told(storedLinks(this.held.db)))
			yield [migration, id, username, keyDigest, target];
	}

	private async *told<T>(lines: AsyncIterable<T>): AsyncGenerator<T> {
		try {
			yield* lines;
		} catch (error) {
			throw told(this.servers.mongo.database, error);
		}
	}

	private async asked<T>(question: () => Promise<T>): Promise<T> {
		try {
			return await question();
		} catch (error) {
			throw told(this.servers.mongo.database, error);
		}
	}
}
