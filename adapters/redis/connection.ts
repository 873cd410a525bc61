/**
 * One connection to Redis for all that a node keeps there. It is never waited for: what is asked of a Redis that is away, or
 * too slow, fails at once, and whoever asked goes on without it. It counts as back when it has taken a write.
 */

import { createHmac, hkdfSync } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis, type RedisOptions } from "ioredis";
import { codeOf, messageOf } from "../../domain/unknown";
import type { TlsMaterial } from "../certificate-files";
import type { RedisAddress } from "./address";

const CONNECT_MS = 2_000;
const SEAL_BYTES = 32;
/** Between two tries to reach it, in ms. */
const [FIRST_WAIT_MS, LONGEST_WAIT_MS] = [100, 2_000];
/** How often one that is there but refuses is asked again, in ms. */
const PROBE_MS = 1_000;
/** How long the start of a node waits to learn whether it is there, in ms. */
const START_MS = 1_000;

export type RedisState =
	| { readonly up: true }
	/** `since` in ms since 1970. */
	| { readonly up: false; readonly since: number; readonly why: string };

export interface RedisSource {
	readonly address: RedisAddress;
	/** Authorities to trust in place of the usual ones, and what it shows itself: asked for with each connection. */
	readonly tls: () => TlsMaterial;
	readonly namespace: string;
	/** The longest that anything waits for an answer, in ms: then it is away until it takes a write again. */
	readonly commandMs: number;
	/** Makes digests of what stands in keys, and seals what stands under them. */
	readonly secret: Buffer;
}

/** Nothing was asked: it is away. */
class RedisAway extends Error {
	override readonly name = "RedisAway";
}

export class RedisConnection {
	readonly client: Redis;
	private readonly derived: Buffer;
	private known: RedisState = { up: false, since: Date.now(), why: "it was not reached yet" };
	private timer: NodeJS.Timeout | undefined;
	private readonly first = Promise.withResolvers<void>();
	private closed = false;
	/** This connection is given up, and ends. */
	private leaving = false;

	/** @param changed it is there, or no more */
	constructor(
		private readonly source: RedisSource,
		private readonly changed: (state: RedisState) => void
	) {
		this.client = new Redis(optionsOf(source));
		this.derived = Buffer.from(hkdfSync("sha256", source.secret, "", "banyan answers", SEAL_BYTES));
		this.client.on("error", (error: Error) => this.lost(error));
		this.client.on("close", () => {
			this.leaving = false;
			this.lost(new Error("its connection was closed"));
		});
		this.client.on("ready", () => void this.probe());
	}

	get commandMs(): number {
		return this.source.commandMs;
	}

	get state(): RedisState {
		return this.known;
	}

	/** Never fails; waits for a moment only. */
	async open(): Promise<void> {
		this.client.connect().catch(() => undefined);
		this.timer = setInterval(() => void this.probe(), PROBE_MS).unref();
		const stop = new AbortController();
		await Promise.race([this.first.promise, sleep(START_MS, undefined, stop).catch(() => undefined)]);
		stop.abort();
		if (!this.known.up) this.changed(this.known);
	}

	close(): void {
		this.closed = true;
		clearInterval(this.timer);
		this.client.disconnect();
	}

	/** @throws where it is away, or falls silent: at once, or within `commandMs` */
	async ask<T>(work: (client: Redis) => Promise<T>): Promise<T> {
		if (!this.known.up) throw new RedisAway("Redis is away.");
		try {
			return await work(this.client);
		} catch (error) {
			// What a limiter says of a full count is no error.
			if (error instanceof Error) this.lost(error);
			throw error;
		}
	}

	/** What is kept there for others to read is sealed with it. */
	get sealKey(): Buffer {
		return this.derived;
	}

	/** Where something of that kind stands. */
	prefix(kind: string): string {
		return `${this.source.namespace}:${kind}`;
	}

	/** Nobody who reads Redis learns what a key was made of: there are few addresses to try. */
	digest(text: string): string {
		return createHmac("sha256", this.source.secret).update(text).digest("base64url");
	}

	private lost(error: Error): void {
		this.first.resolve();
		if (this.closed) return;
		// An answer that comes too late would be taken for the next one's; what refuses is asked again on the same connection.
		if (!isReply(error) && this.client.status === "ready" && !this.leaving) {
			this.leaving = true;
			this.client.disconnect(true);
		}
		const why = wordsOf(error);
		const { known } = this;
		if (!known.up && (known.why === why || !isTelling(error))) return;
		this.known = { up: false, since: known.up ? Date.now() : known.since, why };
		// Before the first word on it the node says it itself.
		if (known.up) this.changed(this.known);
	}

	/** It may be full, or a copy that takes no writes: then it is of no use, though it answers. */
	private async probe(): Promise<void> {
		if (this.known.up || this.client.status !== "ready") return;
		try {
			await this.client.set(this.prefix("probe"), "", "PX", PROBE_MS);
			this.known = { up: true };
			this.changed(this.known);
			this.first.resolve();
		} catch (error) {
			if (error instanceof Error) this.lost(error);
		}
	}
}

/** Copied by its client with each connection, field by field: so it has what is true then. */
const materialOf = (tls: () => TlsMaterial): { readonly [K in keyof TlsMaterial]: TlsMaterial[K] | undefined } => ({
	get ca() {
		return tls().ca;
	},
	get cert() {
		return tls().cert;
	},
	get key() {
		return tls().key;
	}
});

function optionsOf({ address, tls, commandMs }: RedisSource): RedisOptions {
	const { hostname: host, port, user, password, db, isTls } = address;
	return {
		host,
		port,
		db,
		...(user !== "" && { username: user }),
		...(password !== "" && { password }),
		...(isTls && { tls: materialOf(tls) }),
		lazyConnect: true,
		connectTimeout: CONNECT_MS,
		commandTimeout: commandMs,
		disconnectTimeout: FIRST_WAIT_MS,
		// What cannot be asked now is not asked later.
		enableOfflineQueue: false,
		autoResendUnfulfilledCommands: false,
		maxRetriesPerRequest: 0,
		disableClientInfo: true,
		keepAlive: 10_000,
		retryStrategy: tries => Math.min(FIRST_WAIT_MS * 2 ** Math.min(tries, 10), LONGEST_WAIT_MS)
	};
}

/** It answered, and refused. */
const isReply = ({ name }: Error): boolean => name === "ReplyError";
const isLate = ({ message }: Error): boolean => message.endsWith("Command timed out");

/** What only follows from another error says nothing new. */
const isTelling = (error: Error): boolean => isReply(error) || isLate(error) || codeOf(error) !== undefined;

const DENIED = /^(?:WRONGPASS|NOAUTH|NOPERM|ERR (?:invalid password|Client sent AUTH))/;

function wordsOf(error: Error): string {
	const message = messageOf(error);
	if (DENIED.test(message)) return `it does not let this node in (${message.split(" ", 1)[0]})`;
	if (isReply(error)) return `it takes no writes (${message.slice(0, 100)})`;
	if (isLate(error)) return "it does not answer in time (REDIS_TIMEOUT)";
	return `it does not answer (${codeOf(error) ?? message})`;
}
