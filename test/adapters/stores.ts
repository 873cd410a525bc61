/** A store by its address, for the processes of tests: a file, or `nats://…` with the namespace and the replicas behind a #. */

import { type EventStore, openSqliteStore } from "../../adapters/eventstore";
import { openJetStreamStore } from "../../adapters/eventstore/jetstream";
import { natsIn } from "../../cluster/nats/settings";

/** What the client of NATS is given for an address. */
export function natsOf(url: string): Record<string, unknown> {
	const settings = natsIn({ TRANSPORTER: url });
	if (!settings) throw new Error("There is no address of NATS.");
	return { ...settings.options };
}

export const addressOf = (url: string, namespace: string, replicas: number): string =>
	`${url}#${namespace}/${replicas}`;

export async function openStore(address: string): Promise<EventStore> {
	const [url = "", place] = address.split("#");
	if (place === undefined) return openSqliteStore(address);
	const [namespace = "", replicas] = place.split("/");
	return openJetStreamStore({ nats: natsOf(url), namespace, replicas: Number(replicas), patienceMs: 60_000 });
}
