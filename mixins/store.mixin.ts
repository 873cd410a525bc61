import { join } from "node:path";
import type { Service as MoleculerService } from "moleculer";
import type { DataLock } from "../adapters/datadir";
import { type EventStore, openLater, openSqliteStore, versioned } from "../adapters/eventstore";
import type * as JetStream from "../adapters/eventstore/jetstream";
import { type LinkStore, openLinkStore } from "../adapters/linkstore";
import type * as Mongo from "../adapters/linkstore/mongo";
import { openProjections, type Projections } from "../adapters/projections";
import type { Mixin } from "../cluster";
import { needs } from "../cluster/needs";
import { provide } from "../cluster/provide";
import { type EventServers, type MongoServers, type Settings, settingsOf } from "../cluster/settings";
import type { Need } from "../domain/platform/needs";
import { holdDataDir } from "./data-folder";
import { tracedEvents, tracedLinks } from "./traced";

/** Gives the service `this.store`, the events: of the node, in the data folder it holds then, or of the cluster. */
export const eventStore = (): Mixin<{ store: EventStore }> =>
	store("store", openEvents, {
		need: "events",
		traced: (broker, opened, { events }) => tracedEvents(broker, opened, events !== undefined)
	});

/** Gives the service `this.projections`, what is derived from the events, and holds the data folder for it. */
export const projections = (): Mixin<{ readonly projections: Projections }> =>
	store("projections", inFolder("projections.db", openProjections));

/** Gives the service `this.links`, the old links: of the node, in the data folder it holds then, or of the cluster. */
export const linkStore = (): Mixin<{ readonly links: LinkStore }> =>
	store("links", openLinks, {
		need: "database",
		traced: (broker, opened, { mongo }) => tracedLinks(broker, opened, mongo !== undefined)
	});

interface Closable {
	close(): void | Promise<void>;
}

interface Opened<S> {
	readonly store: S;
	readonly lock?: DataLock | undefined;
	/** The service starts once it is. */
	readonly ready?: Promise<void>;
}

type Open<S> = (settings: Settings) => Opened<S>;

/** The events: of the node, in the data folder it holds then, or of the cluster. */
export const openEvents: Open<EventStore> = settings =>
	settings.events ? onServers(settings.events, settings) : openEventsFile(settings);

const openEventsFile = inFolder("events.db", (file, options) => versioned(openSqliteStore(file, options)));

function onServers(events: EventServers, { access }: Settings): Opened<EventStore> {
	const later = openLater(async () => {
		// A node without servers does without their client.
		const loaded: typeof JetStream = require("../adapters/eventstore/jetstream");
		return loaded.openJetStreamStore({ ...events, access });
	});
	return { store: versioned(later), ready: later.opened };
}

const openLinks: Open<LinkStore> = settings =>
	settings.mongo ? inMongo(settings.mongo, settings) : openLinksFile(settings);

const openLinksFile = inFolder("links.db", openLinkStore);

function inMongo(mongo: MongoServers, { access }: Settings): Opened<LinkStore> {
	const loaded: typeof Mongo = require("../adapters/linkstore/mongo");
	const store = new loaded.MongoLinks(mongo, access);
	return { store, ready: store.opened };
}

function inFolder<S>(file: string, open: (file: string, options: Pick<Settings, "access">) => S): Open<S> {
	return ({ dataDir, access }) => {
		const lock = holdDataDir({ dataDir, access });
		try {
			return { store: open(join(dataDir, file), { access }), lock };
		} catch (error) {
			lock?.release();
			throw error;
		}
	};
}

interface More<S> {
	/** Of servers, where those keep it. */
	readonly need?: Need;
	readonly traced?: (broker: object, opened: S, settings: Settings) => S;
}

function store<const N extends string, S extends Closable>(
	name: N,
	open: Open<S>,
	{ need, traced = (_, opened) => opened }: More<S> = {}
): Mixin<{ readonly [K in N]: S }> {
	const held = new WeakMap<object, Opened<Closable>>();
	return {
		created(this: MoleculerService) {
			const settings = settingsOf(this.broker);
			const opened = open(settings);
			if (need && settings.store === "cluster") needs(this.broker, this.name, need);
			held.set(this, opened);
			provide(this, { [name]: traced(this.broker, opened.store, settings) });
		},
		async started(this: object) {
			await held.get(this)?.ready;
		},
		async stopped(this: object) {
			const opened = held.get(this);
			await opened?.store.close();
			opened?.lock?.release();
		}
	};
}
