/** What a node announces and is told of durable events: one store, opened when it is first needed, closed with the node. */

import { join } from "node:path";
import type { Inbox } from "../adapters/announcements";
import type { DataLock } from "../adapters/datadir";
import { type EventStore, openSqliteStore } from "../adapters/eventstore";
import type * as JetStream from "../adapters/eventstore/jetstream";
import { type EventServers, type Settings, settingsOf } from "../cluster/settings";
import { holdDataDir } from "./data-folder";
import { tracedEvents } from "./traced";

interface Opened {
	readonly store: EventStore;
	readonly lock: DataLock | undefined;
}
const OF_BROKERS = new WeakMap<object, Promise<Opened>>();

export async function announcementsOf(broker: object): Promise<EventStore> {
	const opening = OF_BROKERS.get(broker) ?? open(broker);
	OF_BROKERS.set(broker, opening);
	// A store that is away now may be there at the next try.
	opening.catch(() => OF_BROKERS.get(broker) === opening && OF_BROKERS.delete(broker));
	return (await opening).store;
}

async function open(broker: object): Promise<Opened> {
	const settings = settingsOf(broker);
	const opened = await (settings.events ? onServers(settings.events, settings) : inFolder(settings));
	return { ...opened, store: tracedEvents(broker, opened.store, settings.events !== undefined) };
}

/** A stream of its own: whoever follows what is announced reads nothing else. */
async function onServers(events: EventServers, { access }: Settings): Promise<Opened> {
	// A node without servers does without their client.
	const loaded: typeof JetStream = require("../adapters/eventstore/jetstream");
	const namespace = `${events.namespace}-announcements`;
	return { store: await loaded.openJetStreamStore({ ...events, namespace, access }), lock: undefined };
}

async function inFolder({ dataDir, access }: Settings): Promise<Opened> {
	const lock = holdDataDir({ dataDir, access });
	try {
		return { store: openSqliteStore(join(dataDir, "announcements.db"), { access }), lock };
	} catch (error) {
		lock?.release();
		throw error;
	}
}

export async function closeAnnouncements(broker: object): Promise<void> {
	const opening = OF_BROKERS.get(broker);
	OF_BROKERS.delete(broker);
	const opened = await opening?.catch(() => undefined);
	await opened?.store.close();
	opened?.lock?.release();
}

/** Of services that keep what they do, by service. */
const INBOXES = new WeakMap<object, Inbox>();

export const keepsInbox = (service: object, inbox: Inbox): unknown => INBOXES.set(service, inbox);
export const inboxOf = (service: object): Inbox | undefined => INBOXES.get(service);
