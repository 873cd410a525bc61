/** With what a node signs its last known good copies, and where they are: read before there is a node. */

import { ClusterKeyMissing, clusterKeys, type KeySource } from "../adapters/cluster-key";
import { KnownGoodFile } from "../adapters/known-good";
import { hasSecretKey, secretRoot } from "../adapters/secrets/file";
import type { FollowedSet } from "../domain/platform/following";

/** Where copies are kept, and with what they are signed. */
export interface Copies {
	readonly dataDir: string;
	readonly namespace: string;
	readonly keys: () => readonly Buffer[];
}

export const copyOf = ({ dataDir, namespace, keys }: Copies, set: FollowedSet): KnownGoodFile =>
	new KnownGoodFile(dataDir, { set, namespace }, keys);

/**
 * Nodes that meet sign with the cluster's key, one that is alone with what its own secrets are derived from; a copy of either
 * is good, so that a node may join others, or leave them.
 * @param isJoined it meets others
 */
export const copiesIn = (source: KeySource, namespace: string, isJoined: boolean): Copies => ({
	dataDir: source.dataDir,
	namespace,
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
