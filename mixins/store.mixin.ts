import { join } from "node:path";
import type { Service as MoleculerService } from "moleculer";
import type { DataLock } from "../adapters/datadir";
import { type EventStore, openSqliteStore, versioned } from "../adapters/eventstore";
import { type LinkStore, openLinkStore } from "../adapters/linkstore";
import { openProjections, type Projections } from "../adapters/projections";
import type { Mixin } from "../cluster";
import { provide } from "../cluster/provide";
import { type Settings, settingsOf } from "../cluster/settings";
import { holdDataDir } from "./data-folder";

/** Gives the service `this.store`, the node's event store, and holds the data folder for it. */
export const eventStore = (): Mixin<{ store: EventStore }> =>
	store("store", "events.db", (file, options) => versioned(openSqliteStore(file, options)));

/** Gives the service `this.projections`, what is derived from the events, and holds the data folder for it. */
export const projections = (): Mixin<{ readonly projections: Projections }> =>
	store("projections", "projections.db", openProjections);

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
	const held = new WeakMap<object, { readonly opened: Closable; readonly lock: DataLock | undefined }>();
	return {
		created(this: MoleculerService) {
			const { dataDir, access } = settingsOf(this.broker);
			const lock = holdDataDir({ dataDir, access });
			try {
				const opened = open(join(dataDir, file), { access });
				provide(this, { [name]: opened });
				held.set(this, { opened, lock });
			} catch (error) {
				lock?.release();
				throw error;
			}
		},
		async stopped(this: object) {
			const { opened, lock } = held.get(this) ?? {};
			await opened?.close();
			lock?.release();
		}
	};
}
