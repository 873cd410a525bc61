/** With what a node signs its last known good copies, and where they are: read before there is a node. */

import { ClusterKeyMissing, clusterKeys, type KeySource } from "../adapters/cluster-key";
import { KnownGoodFile } from "../adapters/known-good";
import { hasSecretKey, secretRoot } from "../adapters/secrets/file";
import type { FollowedSet } from "../domain/platform/following";

const COMPARE_MS = 5_000;

/** Where copies are kept, and with what they are signed. */
export interface Copies {
	readonly dataDir: string;
	readonly namespace: string;
	/** Whose settings it goes by. */
	readonly environment: string;
	/** How often a node compares hashes, in ms. */
	readonly compareMs: number;
	readonly keys: () => readonly Buffer[];
}

/** What a set is called in what is announced of it: settings are kept by environment. */
export const nameOf = (set: FollowedSet, { environment }: Pick<Copies, "environment">): string =>
	set === "config" ? environment : set;

export function copyOf({ dataDir, namespace, environment, keys }: Copies, set: FollowedSet): KnownGoodFile {
	const own = set === "config" ? `config.${environment}` : set;
	return new KnownGoodFile(dataDir, { set: own, namespace }, keys);
}

/**
 * Nodes that meet sign with the cluster's key, one that is alone with what its own secrets are derived from; a copy of either
 * is good, so that a node may join others, or leave them.
 * @param isJoined it meets others
 */
export const copiesIn = (
	source: KeySource,
	isJoined: boolean,
	whose: Pick<Copies, "namespace" | "environment">
): Copies => ({
	dataDir: source.dataDir,
	...whose,
	compareMs: COMPARE_MS,
	keys: () => {
		const { dataDir } = source;
		const own = !isJoined || hasSecretKey(dataDir) ? [secretRoot(dataDir)] : [];
		return isJoined ? [...clusterKeys(source, false).keys, ...own] : [...own, ...others(source)];
	}
});

function others(source: KeySource): readonly Buffer[] {
	try {
		return clusterKeys(source, false).keys;
	} catch (error) {
		if (error instanceof ClusterKeyMissing) return [];
		throw error;
	}
}
