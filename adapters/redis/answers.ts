/** Answers that all nodes may give again, kept in Redis: sealed, for some seconds, by groups that are cleared at once. Nothing here fails: what cannot be had is not there. */

import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { RedisConnection } from "./connection";

interface Lock {
	unlock(): Promise<unknown>;
}
interface Locks {
	lock(name: string, ms: number): Promise<Lock>;
	on(event: "clientError", hear: () => void): unknown;
}
const Redlock: new (clients: readonly unknown[], rules: object) => Locks = require("redlock");

/** Whoever waits for another's answer looks so often, and for so long at most: then it asks by itself. In ms. */
const LOCKING = { retryDelay: 40, retryJitter: 40, retryCount: 60 };

const CIPHER = "aes-256-gcm";
const [IV_BYTES, TAG_BYTES] = [12, 16];

export class RedisAnswers {
	private readonly locks: Locks;

	constructor(private readonly redis: RedisConnection) {
		this.locks = new Redlock([redis.client], LOCKING);
		// Whoever waits is told by its own lock.
		this.locks.on("clientError", () => undefined);
	}

	/** Undefined where there is none. */
	async get(key: string): Promise<unknown> {
		const sealed = await this.asked(() => this.redis.client.getBuffer(this.name(key)));
		return sealed ? this.opened(key, sealed) : undefined;
	}

	async set(group: string, key: string, answer: unknown, seconds: number): Promise<void> {
		const [name, all] = [this.name(key), this.name(group)];
		await this.asked(() =>
			this.redis.client
				.multi()
				.set(name, this.sealed(key, answer), "EX", seconds)
				.sadd(all, name)
				.expire(all, seconds)
				.exec()
		);
	}

	/** All of a group. */
	async clear(group: string): Promise<void> {
		const all = this.name(group);
		const names = await this.asked(() => this.redis.client.smembers(all));
		if (names && names.length > 0) await this.asked(() => this.redis.client.del(all, ...names));
	}

	/** Waits while another holds it; gives up where that takes too long. @returns what ends it */
	async lock(key: string, ms: number): Promise<() => Promise<void>> {
		const lock = this.redis.state.up
			? await this.locks.lock(`${this.name(key)}-lock`, ms).catch(() => undefined)
			: undefined;
		// It may have ended by itself.
		return async () => void (await lock?.unlock().catch(() => undefined));
	}

	private name(key: string): string {
		return `${this.redis.prefix("answers")}:${key}`;
	}

	private asked<T>(work: () => Promise<T>): Promise<T | undefined> {
		return this.redis.ask(work).catch(() => undefined);
	}

	/** Whoever reaches Redis can neither read an answer, nor give one of their own, nor one in the place of another. */
	private sealed(key: string, answer: unknown): Buffer {
		const iv = randomBytes(IV_BYTES);
		const cipher = createCipheriv(CIPHER, this.redis.sealKey, iv).setAAD(Buffer.from(key));
		const data = [cipher.update(JSON.stringify(answer)), cipher.final()];
		return Buffer.concat([iv, cipher.getAuthTag(), ...data]);
	}

	private opened(key: string, sealed: Buffer): unknown {
		try {
			const iv = sealed.subarray(0, IV_BYTES);
			const opened = createDecipheriv(CIPHER, this.redis.sealKey, iv, { authTagLength: TAG_BYTES });
			opened.setAAD(Buffer.from(key)).setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
			const data = [opened.update(sealed.subarray(IV_BYTES + TAG_BYTES)), opened.final()];
			return JSON.parse(Buffer.concat(data).toString());
		} catch {
			return undefined;
		}
	}
}
