/** The data folder as a mixin holds it for its service: locked from its creation until it has stopped. */

import { acquireLock, type DataLock } from "../adapters/datadir";
import { refuseHalfRestored } from "../adapters/restoring";
import type { Settings } from "../cluster/settings";

/** Undefined for one that only reads. @throws DataDirLocked · FolderUnusable · StoreFull · StoreBroken */
export function holdDataDir({ dataDir, access }: Pick<Settings, "dataDir" | "access">): DataLock | undefined {
	if (access === "read") return undefined;
	const lock = acquireLock(dataDir, { pid: process.pid, command: process.argv.slice(1).join(" ") });
	try {
		refuseHalfRestored(dataDir);
		return lock;
	} catch (error) {
		lock.release();
		throw error;
	}
}
