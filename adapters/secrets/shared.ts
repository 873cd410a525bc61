/**
 * The ring of a cluster, as `secret.key` is a node's own: made once, by whichever node comes first, and kept in the event
 * store, sealed under the cluster's key. So that key may change, and what was sealed and derived before stays what it was.
 */

import { randomUUID } from "node:crypto";
import { ClusterKeyMissing } from "../cluster-key";
import { type EventStore, NEW, type RecordedEvent, VersionConflict } from "../eventstore";
import { decrypt, encrypt, sealingKey } from "./cipher";
import type { Keeper } from "./keeper";
import { newestOnly, newRing, type Ring, readRing, ringBytes, withKey } from "./ring";
import { sealerWith } from "./sealer";

const STREAM = "secret/cluster";
const USE = "banyan secret of the cluster";
/** By then each node has heard of a key that is to seal. */
const HEARD_MS = 3_000;

interface Kept {
	readonly ring: Ring;
	readonly version: string;
	/** Sealed with the newest key of the cluster. */
	readonly isFresh: boolean;
}

/** @param keys of the cluster, the first of which seals. @throws ClusterKeyMissing where none of them opens it */
export async function sharedRing(
	store: EventStore,
	keys: readonly Buffer[],
	change: (ring: Ring) => Ring = same
): Promise<Ring> {
	const [first, ...others] = keys.map(key => sealingKey(key, USE));
	if (first === undefined) throw new ClusterKeyMissing("This node has no key of the cluster: set CLUSTER_KEY.");
	for (;;) {
		const kept = await keptIn(store, [first, ...others]);
		const ring = change(kept?.ring ?? newRing());
		if (kept?.isFresh && ring === kept.ring) return ring;
		// Made just now, changed, or sealed with the key that goes.
		if (await keep(store, kept?.version ?? NEW, encrypt(first, ringBytes(ring), STREAM))) return ring;
	}
}

const same = (ring: Ring): Ring => ring;

/** Undefined where there is none. */
async function keptIn(store: EventStore, keys: readonly Buffer[]): Promise<Kept | undefined> {
	const [last] = await store.last(STREAM);
	if (!last) return undefined;
	const bytes = sealedIn(last);
	const at = keys.findIndex(key => decrypt(key, bytes, STREAM) !== undefined);
	const ring = readRing(decrypt(keys[at] ?? Buffer.alloc(0), bytes, STREAM) ?? Buffer.alloc(0));
	if (ring) return { ring, version: last.version, isFresh: at === 0 };
	throw new ClusterKeyMissing(
		"The secrets of this cluster are sealed under another CLUSTER_KEY than this node's: give it that key, behind its own where the key is to change."
	);
}

/** False where another node came first. */
async function keep(store: EventStore, version: string, sealed: Buffer): Promise<boolean> {
	try {
		await store.append(
			STREAM,
			version,
			[{ type: "sealed", data: { sealed: sealed.toString("base64url") } }],
			randomUUID()
		);
		return true;
	} catch (error) {
		if (error instanceof VersionConflict) return false;
		throw error;
	}
}

export interface Means {
	readonly keys: readonly Buffer[];
	/** Opens the event store for a moment. */
	readonly within: <T>(work: (store: EventStore) => Promise<T>) => Promise<T>;
	/** Tells the other nodes that the ring is another one. */
	readonly tell: () => Promise<void>;
	readonly wait: (ms: number) => Promise<void>;
}

export async function sharedKeeper({ keys, within, tell, wait }: Means): Promise<Keeper> {
	const read = (change?: (ring: Ring) => Ring): Promise<Ring> => within(store => sharedRing(store, keys, change));
	let ring = await read();
	const changed = async (change: (ring: Ring) => Ring): Promise<void> => {
		ring = await read(change);
		await tell();
	};
	return {
		sealer: sealerWith(
			() => ring,
			place => `A secret of '${place}' was sealed by another cluster: restore the event store that goes with it.`
		),
		async renew(id) {
			await changed(now => withKey(now, id, Date.now() + HEARD_MS));
			await wait(Math.max(0, ring.keys[0].fromMs - Date.now()));
		},
		retire: () => changed(newestOnly),
		async refresh() {
			ring = await read();
		}
	};
}

/** The ring of an append that keeps it, sealed; undefined of any other. */
export function sealedSecretIn({
	stream,
	body
}: {
	readonly stream: string;
	readonly body: string;
}): Buffer | undefined {
	if (stream !== STREAM) return undefined;
	const [event] = JSON.parse(body) as readonly { readonly data: { readonly sealed: string } }[];
	return event && Buffer.from(event.data.sealed, "base64url");
}

/** What was sealed under one of these keys; undefined where it was none of them. */
export function secretOf(keys: readonly Buffer[], sealed: Buffer): Buffer | undefined {
	for (const key of keys) {
		const secret = decrypt(sealingKey(key, USE), sealed, STREAM);
		if (secret) return secret;
	}
	return undefined;
}

/** Keeps a ring that was made elsewhere, as its bytes are, where it is not kept yet. @throws ClusterKeyMissing */
export async function putSecret(store: EventStore, keys: readonly Buffer[], secret: Buffer): Promise<void> {
	const [first] = keys;
	if (first === undefined) throw new ClusterKeyMissing("This node has no key of the cluster: set CLUSTER_KEY.");
	const [last] = await store.last(STREAM);
	const sealed = last && sealedIn(last);
	if (sealed && secretOf(keys, sealed)?.equals(secret)) return;
	await keep(store, last?.version ?? NEW, encrypt(sealingKey(first, USE), secret, STREAM));
}

const sealedIn = ({ event }: RecordedEvent): Buffer =>
	Buffer.from((event.data as { readonly sealed: string }).sealed, "base64url");
