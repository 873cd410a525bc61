/** The servers of a cluster that keep nothing yet, for a backup: marked until all is there, so that no node starts on half of it. */

import type { Db } from "mongodb";
import { forget, storeCollection } from "../collection/mongo/whole";
import type { WholeLine } from "../collection/whole";
import { versioned } from "../eventstore";
import type { StoredAppend } from "../eventstore/envelope";
import { openJetStreamStore } from "../eventstore/jetstream";
import { storeLinks } from "../linkstore/mongo-whole";
import { type Held, hold } from "../mongo/connection";
import { told } from "../mongo/faults";
import { empty, filled, mark, markOf, unmark } from "../mongo/restoring";
import { putSecret } from "../secrets/shared";
import { appendsIn } from "./appends";
import { BackupBroken, type Header, type PartName, RestoreRefused } from "./format";
import { holdRuns } from "./held";
import { linksIn } from "./links";
import { byPlace } from "./renumbering";
import type { Into } from "./restore";
import { openStreams, type Servers, type Streams } from "./servers";

const NAME = /^[a-z][\w-]{0,63}$/i;

/** @param keys of the cluster, the first of which seals @throws StoreAway · StoreDenied · StoreUnfit */
export async function intoServers(servers: Servers & { readonly keys: readonly Buffer[] }): Promise<Into> {
	const held = await hold({ ...servers.mongo, restoring: true });
	try {
		return new ServersInto(servers, held, await openStreams(servers));
	} catch (error) {
		await held.release();
		throw error;
	}
}

class ServersInto implements Into {
	private header: Header | undefined;

	constructor(
		private readonly servers: Servers & { readonly keys: readonly Buffer[] },
		private readonly held: Held,
		private readonly streams: Streams
	) {}

	async begin(header: Header): Promise<boolean> {
		this.header = header;
		const marked = await this.asked(markOf);
		if (marked && marked.backup !== header.id)
			throw new RestoreRefused(
				"A restore of another backup was cut off there: give that file again, or use servers that keep nothing."
			);
		if (marked?.isWhole) {
			await this.open();
			return false;
		}
		if (marked) await this.asked(empty);
		else await this.refuseFilled(header.id);
		await this.asked(db => mark(db, { backup: header.id, isWhole: false }));
		for (const stream of this.all) await stream.begin(header.id);
		return true;
	}

	async take({ kind, name = "" }: PartName, lines: AsyncIterable<unknown>): Promise<void> {
		if (kind === "announcements" || kind === "events") return this.streams[kind].put(this.placed(appendsIn(lines)));
		if (kind === "links") return this.asked(db => storeLinks(db, linksIn(lines)));
		if (!NAME.test(name) || name === "links" || name === "restores")
			throw new BackupBroken("the backup", `'${name}' is no name of a collection.`);
		return this.asked(db => storeCollection(db, name, lines as AsyncIterable<WholeLine>));
	}

	forget(collection: string, places: readonly string[]): Promise<void> {
		return this.asked(db => forget(db, collection, places));
	}

	async end({ id, at }: Header, secret: Buffer | undefined): Promise<readonly string[]> {
		const store = versioned(await openJetStreamStore({ ...this.servers.events, isRestoring: true }));
		try {
			const held = await holdRuns(store, at);
			if (secret) await putSecret(store, this.servers.keys, secret);
			await this.asked(db => mark(db, { backup: id, isWhole: true }));
			await this.open();
			return held;
		} finally {
			await store.close();
		}
	}

	async close(): Promise<void> {
		await Promise.all(this.all.map(stream => stream.close()));
		await this.held.release();
	}

	/** Where each stream counts its own, a version is a place here. */
	private placed(appends: AsyncIterable<StoredAppend>): AsyncIterable<StoredAppend> {
		return this.header?.mode === "embedded" ? byPlace(appends) : appends;
	}

	/** For nodes. */
	private async open(): Promise<void> {
		for (const stream of this.all) await stream.end();
		await this.asked(unmark);
	}

	private async refuseFilled(id: string): Promise<void> {
		const states = await Promise.all(
			this.all.map(async stream => ({ name: stream.name, state: await stream.state() }))
		);
		const streams = states.flatMap(({ name, state }) =>
			state && (state.last > 0 || (state.restoring ?? id) !== id) ? [name] : []
		);
		const there = [...streams, ...(await this.asked(filled))];
		if (there.length > 0)
			throw new RestoreRefused(
				`The servers are not empty (${there.slice(0, 3).join(", ")} …): a backup is restored before a node was started on them. Use others, or another NAMESPACE and another database in MONGODB_URL.`
			);
	}

	private get all() {
		return [this.streams.events, this.streams.announcements];
	}

	private async asked<T>(work: (db: Db) => Promise<T>): Promise<T> {
		try {
			return await work(this.held.db);
		} catch (error) {
			throw told(this.servers.mongo.database, error);
		}
	}
}
