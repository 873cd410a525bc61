import { join } from "node:path";
import type { Service as MoleculerService } from "moleculer";
import { lockDataDir } from "../adapters/datadir";
import { type EventStore, openSqliteStore, versioned } from "../adapters/eventstore";
import { type LinkStore, openLinkStore } from "../adapters/linkstore";
import type { Mixin } from "../cluster";
import { type Settings, settingsOf } from "../cluster/settings";

/** Gives the service `this.store`, the node's event store, and holds the data folder for it. */
export const eventStore = (): Mixin<{ readonly store: EventStore }> =>
	store("store", "events.db", (file, options) => versioned(openSqliteStore(file, options)));

/** Gives the service `this.links`, the old links, and holds the data folder for them. */
export const linkStore = (): Mixin<{ readonly links: LinkStore }> => store("links", "links.db", openLinkStore);

interface Closable {
	close(): void | Promise<void>;
}

function store<const N extends string, S extends Closable>(
	name: N,
	file: string,
	open: (file: string, options: Pick<Settings, "access">) => S
): Mixin<{ readonly [K in N]: S }> {
	return {
		created(this: MoleculerService) {
			const { dataDir, access } = settingsOf(this.broker);
			const lock = access === "write" ? lockDataDir(dataDir, { pid: process.pid, command: commandLine() }) : undefined;
			try {
				const opened = open(join(dataDir, file), { access });
				Object.assign(this, { [name]: opened, [`${name}Held`]: { opened, lock } });
			} catch (error) {
				lock?.release();
				throw error;
			}
		},
		async stopped(this: object) {
			const held = (this as Record<string, { opened: Closable; lock?: { release(): void } } | undefined>)[
				`${name}Held`
			];
			await held?.opened.close();
			held?.lock?.release();
		}
	};
}

const commandLine = (): string => process.argv.slice(1).join(" ");
