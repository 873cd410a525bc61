import { join } from "node:path";
import type { Service as MoleculerService } from "moleculer";
import { lockDataDir } from "../adapters/datadir";
import { type EventStore, openSqliteStore } from "../adapters/eventstore";
import type { Mixin } from "../cluster";
import { settingsOf } from "../cluster/settings";

/** Gives the service `this.store`, the node's event store, and holds the data folder for it. */
export function eventStore(): Mixin<{ readonly store: EventStore }> {
	return {
		created(this: MoleculerService) {
			const { dataDir, access } = settingsOf(this.broker);
			const lock = access === "write" ? lockDataDir(dataDir, { pid: process.pid, command: commandLine() }) : undefined;
			try {
				const store = openSqliteStore(join(dataDir, "events.db"), { access });
				Object.assign(this, { store, dataLock: lock });
			} catch (error) {
				lock?.release();
				throw error;
			}
		},
		async stopped(this: object) {
			const { store, dataLock } = this as { store?: EventStore; dataLock?: { release(): void } };
			await store?.close();
			dataLock?.release();
		}
	};
}

const commandLine = (): string => process.argv.slice(1).join(" ");
