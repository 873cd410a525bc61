/** What nodes meet by: what a message between them may hold, and whether NATS answers. */

import { setTimeout as sleep } from "node:timers/promises";
import { isFields, propertyOf } from "../domain/unknown";
import type { Connection } from "./nats/connection";
import { refusedWords } from "./nats/faults";

/** Where Moleculer keeps NATS's client. */
const CLIENT = ["transit", "tx", "client"];
const clientOf = (broker: object): unknown => CLIENT.reduce<unknown>(propertyOf, broker);

/** The most bytes of a message; undefined where all runs in this process. */
export function mostMessageBytes(broker: object): number | undefined {
	const most = ["info", "max_payload"].reduce<unknown>(propertyOf, clientOf(broker));
	return typeof most === "number" ? most : undefined;
}

const isConnection = (value: unknown): value is Connection => typeof propertyOf(value, "isUp") === "boolean";

const connectionOf = (broker: object): unknown => ["transit", "tx", "connection"].reduce<unknown>(propertyOf, broker);

/** To NATS; undefined where all runs in this process. */
export function connectionTo(broker: object): Connection | undefined {
	const connection = connectionOf(broker);
	return isConnection(connection) ? connection : undefined;
}

/** Does this node hear others, as far as it knows? */
export const isConnected = (broker: object): boolean => propertyOf(connectionOf(broker), "isUp") !== false;

/** Why this node does not meet others now; undefined where it does, or runs alone. */
export function cutOff(broker: object): string | undefined {
	const connection = connectionTo(broker);
	if (!connection) return undefined;
	const { isUp, since, refused } = connection;
	if (refused.length > 0) return refusedWords(refused);
	return isUp
		? undefined
		: `Not connected to NATS since ${new Date(since).toISOString()}: other nodes cannot be reached.`;
}

/** NATS in this process and on one machine answers within a few ms, far away within some hundred. */
const LIMIT_MS = 2_000;

interface Flushing {
	flush(): Promise<void>;
}
const isFlushing = (client: unknown): client is Flushing => typeof propertyOf(client, "flush") === "function";

/** One question a client: where NATS is away they would gather until it is back. */
const asked = new WeakMap<Flushing, Promise<boolean>>();

/**
 * Does NATS answer now? Moleculer learns that its client is closed, and it never is: it tries to connect again for ever.
 */
export async function natsAnswers(broker: object, limitMs = LIMIT_MS): Promise<boolean> {
	const client = clientOf(broker);
	if (!isFields(client) || !isFlushing(client)) return false;
	const stop = new AbortController();
	const late = sleep(limitMs, false, { signal: stop.signal, ref: false }).catch(() => false);
	try {
		return await Promise.race([answerOf(client), late]);
	} finally {
		stop.abort();
	}
}

function answerOf(client: Flushing): Promise<boolean> {
	const under = asked.get(client);
	if (under !== undefined) return under;
	const answer = client
		.flush()
		.then(
			() => true,
			() => false
		)
		.finally(() => asked.delete(client));
	asked.set(client, answer);
	return answer;
}
