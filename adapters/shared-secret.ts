/**
 * The secret of a cluster, as `secret.key` is a node's own: made once, by whichever node comes first, and kept in the event
 * store, sealed under the cluster's key. So that key may change, and what was sealed and derived before stays what it was.
 */

import { randomUUID } from "node:crypto";
import { ClusterKeyMissing } from "./cluster-key";
import { type EventStore, NEW, VersionConflict } from "./eventstore";
import { decrypt, encrypt, newSecret, sealingKey } from "./secrets";

const STREAM = "secret/cluster";
const USE = "banyan secret of the cluster";

/** @param keys of the cluster, the first of which seals. @throws ClusterKeyMissing where none of them opens it */
export async function sharedSecret(store: EventStore, keys: readonly Buffer[]): Promise<Buffer> {
	const [first, ...others] = keys.map(key => sealingKey(key, USE));
	if (first === undefined) throw new ClusterKeyMissing("This node has no key of the cluster: set CLUSTER_KEY.");
	for (;;) {
		const { sealed, version } = await kept(store);
		if (sealed && decrypt(first, sealed, STREAM)) return decrypt(first, sealed, STREAM) as Buffer;
		const secret = sealed ? openedBy(others, sealed) : newSecret();
		// Made just now, or sealed with the key that goes.
		if (await keep(store, version, encrypt(first, secret, STREAM))) return secret;
	}
}

async function kept(store: EventStore): Promise<{ readonly sealed?: Buffer; readonly version: string }> {
	let found: { sealed?: Buffer; version: string } = { version: NEW };
	for await (const { event, version } of store.read(STREAM)) {
		const { sealed } = event.data as { readonly sealed: string };
		found = { sealed: Buffer.from(sealed, "base64url"), version };
	}
	return found;
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

function openedBy(keys: readonly Buffer[], sealed: Buffer): Buffer {
	for (const key of keys) {
		const secret = decrypt(key, sealed, STREAM);
		if (secret) return secret;
	}
	throw new ClusterKeyMissing(
		"The secrets of this cluster are sealed under another CLUSTER_KEY than this node's: give it that key, behind its own where the key is to change."
	);
}

/** The secret of an append that keeps it, sealed; undefined of any other. */
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

/** Keeps a secret that was made elsewhere, where it is not kept yet. @throws ClusterKeyMissing */
export async function putSecret(store: EventStore, keys: readonly Buffer[], secret: Buffer): Promise<void> {
	const [first] = keys;
	if (first === undefined) throw new ClusterKeyMissing("This node has no key of the cluster: set CLUSTER_KEY.");
	const { sealed, version } = await kept(store);
	if (sealed && secretOf(keys, sealed)?.equals(secret)) return;
	await keep(store, version, encrypt(sealingKey(first, USE), secret, STREAM));
}
