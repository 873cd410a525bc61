/** Asks JetStream now and then how the events are kept: how full, on how many servers. */

import { setTimeout as sleep } from "node:timers/promises";
import type { JetStreamAccountStats, StreamInfo } from "nats";
import type { Keeping, Limit } from "../../../domain/platform/keeping";
import { errorOf, propertyOf } from "../../../domain/unknown";
import { Connection } from "./connection";
import { Deadline } from "./deadline";
import { streamNameOf } from "./stream";

export interface Watched {
	readonly nats: Readonly<Record<string, unknown>>;
	readonly namespace: string;
	/** @default 5000 */
	readonly everyMs?: number;
}

/** What is known of it now, or why it is not. */
export type Found = Keeping | Error;

const EVERY_MS = 5_000;
const LIMIT_MS = 5_000;

/** Tells it at once, and then again and again, until `signal` aborts; an error where it is not known now. */
export async function watchKeeping(
	{ nats, namespace, everyMs = EVERY_MS }: Watched,
	tell: (found: Found) => void,
	signal: AbortSignal
): Promise<void> {
	const name = streamNameOf(namespace);
	let connection: Connection | undefined;
	while (!signal.aborted) {
		try {
			connection ??= await Connection.open(name, nats, new Deadline(LIMIT_MS));
			tell(await keepingIn(connection, name));
		} catch (error) {
			tell(errorOf(error));
		}
		await sleep(everyMs, undefined, { signal, ref: false }).catch(() => undefined);
	}
	await connection?.close();
}

async function keepingIn(connection: Connection, name: string): Promise<Keeping> {
	const info = await connection.ask(new Deadline(LIMIT_MS), () => connection.api.streams.info(name));
	// A login that may not ask for it is told of the stream alone.
	const account = await connection.api.getAccountInfo().catch(() => undefined);
	return keepingOf(info, account);
}

export function keepingOf(
	{ state, config, cluster }: StreamInfo,
	account: Pick<JetStreamAccountStats, "storage" | "limits" | "tiers"> | undefined
): Keeping {
	const { bytes, messages } = state;
	const tier = propertyOf(account?.tiers, `R${config.num_replicas}`) as typeof account;
	const { storage, limits } = tier ?? account ?? {};
	const known: Limit[] = [
		{ of: `max_bytes of the stream ${config.name}`, used: bytes, most: config.max_bytes },
		{ of: `max_msgs of the stream ${config.name}`, used: messages, most: config.max_msgs },
		{ of: "the account's storage in JetStream", used: storage ?? 0, most: limits?.max_storage ?? -1 }
	];
	const followers = cluster?.replicas?.filter(({ current, offline }) => current && !offline) ?? [];
	// One alone has none to lead. Without a majority whoever is left answers, and names no leader.
	const isLed = cluster === undefined || Boolean(cluster.leader);
	return {
		bytes,
		messages,
		limits: known.filter(({ most }) => most > 0),
		replicas: config.num_replicas,
		current: Math.min(config.num_replicas, followers.length + 1),
		isLed
	};
}
