/**
 * The stream of JetStream that holds all events of a namespace: made as it must be (L11) where there is none, looked at where
 * there is one, never changed.
 */

import { DiscardPolicy, RetentionPolicy, StorageType, type StreamInfo } from "nats";
import { propertyOf } from "../../../domain/unknown";
import { StoreDenied, StoreUnfit } from "../../errors";
import { MAX_APPEND_BYTES } from "../eventstore";
import type { Connection } from "./connection";
import type { Deadline } from "./deadline";
import { NOT_FOUND, numberOf, OTHER_CONFIG } from "./faults";

export interface EventStream {
	/** Of the stream. */
	readonly name: string;
	/** The one filter of its subjects. */
	readonly subjects: string;
	readonly replicas: number;
	/** Whoever asks restores a backup to it. */
	readonly isRestoring?: boolean;
}

export const streamNameOf = (namespace: string): string => `EVENTS_${namespace}`;

/** What a message has beside its events: the name of their stream, the append's id, the time. */
const ENVELOPE_BYTES = 100_000;
export const MAX_MESSAGE_BYTES = MAX_APPEND_BYTES + ENVELOPE_BYTES;
/** The first that keeps what it acknowledges over the kill of a leader in every case known. */
const OLDEST = "2.10.23";

/** @throws StoreUnfit · StoreDenied · StoreAway */
export async function makeReady(connection: Connection, stream: EventStream, deadline: Deadline): Promise<void> {
	refuseServer(connection);
	const found = (await infoOf(connection, stream, deadline)) ?? (await made(connection, stream, deadline));
	const fault = faultIn(found, stream);
	if (fault !== undefined) throw new StoreUnfit(stream.name, fault);
}

/** As its leader has it; undefined where there is none. */
export const infoOf = (
	connection: Connection,
	{ name }: EventStream,
	deadline: Deadline
): Promise<StreamInfo | undefined> =>
	connection.ask(deadline, async () => {
		try {
			return await connection.api.streams.info(name);
		} catch (error) {
			if (numberOf(error) === NOT_FOUND.stream) return undefined;
			throw error;
		}
	});

async function made(connection: Connection, stream: EventStream, deadline: Deadline): Promise<StreamInfo> {
	const created = await connection.ask(deadline, async () => {
		try {
			return await connection.api.streams.add(configOf(stream));
		} catch (error) {
			// Another node was faster: what it made is looked at.
			if (numberOf(error) === OTHER_CONFIG) return undefined;
			throw refusalOf(error, stream, deadline) ?? error;
		}
	});
	return created ?? there(await infoOf(connection, stream, deadline), stream);
}

function there(info: StreamInfo | undefined, { name }: EventStream): StreamInfo {
	if (info) return info;
	throw new StoreUnfit(name, "its stream was there and is gone: somebody else removes it.");
}

/** What every stream of events has; a field that a server leaves out has the value of none. */
const MUST = {
	retention: RetentionPolicy.Limits,
	storage: StorageType.File,
	discard: DiscardPolicy.New,
	discard_new_per_subject: false,
	max_age: 0,
	max_msgs_per_subject: -1,
	max_consumers: -1,
	deny_delete: true,
	deny_purge: true,
	allow_direct: false,
	allow_rollup_hdrs: false,
	no_ack: false,
	sealed: false
} as const;
/** What newer servers have, too, and this one's client has no word for: each lets go of what is acknowledged. */
const MUST_NOT = ["allow_msg_ttl", "persist_mode", "mirror", "sources", "subject_transform"] as const;
const HARMLESS: ReadonlySet<unknown> = new Set([undefined, null, false, "", "default"]);

export const configOf = ({ name, subjects, replicas }: EventStream) => ({
	...MUST,
	name,
	description: "The events of a Banyan cluster",
	subjects: [subjects],
	num_replicas: replicas
});

/** Marks a stream that a backup is being restored to, by the backup's id. */
export const RESTORING = "banyan-restoring";

/** What is wrong with one that is there, and what to do. */
function faultIn({ config }: StreamInfo, stream: EventStream): string | undefined {
	const { name, subjects, replicas, isRestoring = false } = stream;
	if (!isRestoring && config.metadata?.[RESTORING] !== undefined)
		return "a restore into it is under way, or was cut off; give `banyan restore` again with the same file, which ends it.";
	if (config.num_replicas !== replicas)
		return `its stream is kept on ${config.num_replicas} server(s), and EVENTS_REPLICAS is ${replicas}: set that to ${config.num_replicas}, or change the stream by \`nats stream edit ${name} --replicas ${replicas}\`.`;
	const wrong = [
		...Object.entries(MUST).filter(([field, value]) => (propertyOf(config, field) ?? noneOf(value)) !== value),
		...MUST_NOT.filter(field => !HARMLESS.has(propertyOf(config, field))).map(field => [field, "none"] as const),
		...(config.subjects?.join() === subjects ? [] : [["subjects", subjects] as const]),
		...(config.max_msg_size > 0 && config.max_msg_size < MAX_MESSAGE_BYTES ? [["max_msg_size", -1] as const] : [])
	].map(
		([field, value]) => `${field} is ${JSON.stringify(propertyOf(config, field))} and must be ${JSON.stringify(value)}`
	);
	if (wrong.length === 0) return undefined;
	return `a stream of that name is there with other settings (${wrong.join("; ")}): change it by \`nats stream edit ${name}\`, or, where it is another program's, set another NAMESPACE.`;
}

const noneOf = (value: unknown): unknown =>
	typeof value === "boolean" ? false : typeof value === "number" ? 0 : undefined;

/** JetStream's numbers of what keeps a stream from being made. */
const ALONE = 10074;
const NO_PEERS = 10005;
const OVERLAP = 10065;

/** The error of ours; undefined where it may pass, or is told as any other. */
function refusalOf(error: unknown, { name, subjects, replicas }: EventStream, { leftMs }: Deadline): Error | undefined {
	const number = numberOf(error);
	if (number === ALONE)
		return new StoreUnfit(
			name,
			`EVENTS_REPLICAS is ${replicas}, and this NATS server is alone: join ${replicas} as a cluster, or set EVENTS_REPLICAS=1, and what is acknowledged goes with that one's disk.`
		);
	// Servers that are just starting are not known yet.
	if (number === NO_PEERS && leftMs <= 0)
		return new StoreUnfit(
			name,
			`EVENTS_REPLICAS is ${replicas}, and the cluster has not so many servers with JetStream and room: start them, or set it to less.`
		);
	if (number === NO_PEERS) return new Transient(error);
	if (number === OVERLAP)
		return new StoreUnfit(
			name,
			`another stream takes subjects of '${subjects}': remove that one, or set another NAMESPACE.`
		);
	if (/PERMISSIONS/.test(String(propertyOf(error, "code"))))
		return new StoreDenied(
			name,
			"write",
			`is not there, and TRANSPORTER's login may not make it: start a node once with a login that may publish to $JS.API.STREAM.CREATE.${name}.`
		);
	return undefined;
}

class Transient extends Error {
	constructor(cause: unknown) {
		super("the cluster has too few servers with JetStream", { cause });
	}
}

/** @throws StoreUnfit */
export function refuseServer({ server, store }: Connection): void {
	if (server === undefined) return;
	const { version, max_payload } = server;
	if (isOlder(version, OLDEST))
		throw new StoreUnfit(
			store,
			`nats-server ${version} is too old, ${OLDEST} or newer is needed: an earlier one loses what it acknowledged, or knows no sync_interval.`
		);
	if (max_payload < MAX_MESSAGE_BYTES)
		throw new StoreUnfit(
			store,
			`messages may have ${max_payload} bytes there (max_payload), an append needs ${MAX_MESSAGE_BYTES}: set it to 1MB, the default, or more.`
		);
}

function isOlder(version: string, than: string): boolean {
	const [mine, theirs] = [version, than].map(each => each.split(/[.-]/).slice(0, 3).map(Number));
	for (const [at, number] of (theirs ?? []).entries()) {
		const own = mine?.[at] ?? 0;
		if (own !== number) return own < number;
	}
	return false;
}
