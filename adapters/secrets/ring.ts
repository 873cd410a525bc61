/**
 * The keys that secrets are sealed with, newest first, each by its id: what one of them sealed says so, and can be sealed anew
 * with another while all of them open. What secrets are derived from never changes: what was handed out would be another one.
 */

import { randomBytes } from "node:crypto";
import { fieldsOf, textOf } from "../../domain/unknown";
import { sealingKey } from "./cipher";

const BYTES = 32;
/** Of the first form: one secret for all. */
const FIRST = "1";

export interface RingKey {
	readonly id: string;
	readonly secret: Buffer;
	/** It seals from then on: by then whoever shares the ring knows it. */
	readonly fromMs: number;
}

export interface Ring {
	/** What secrets are derived from. */
	readonly root: Buffer;
	readonly keys: readonly [RingKey, ...RingKey[]];
}

const newSecret = (): Buffer => randomBytes(BYTES);

export const newRing = (): Ring => ({ root: newSecret(), keys: [{ id: idOf(), secret: newSecret(), fromMs: 0 }] });

const idOf = (): string => randomBytes(6).toString("base64url");

/** @param id names it, so that who asks for it twice gets one */
export const withKey = (ring: Ring, id: string, fromMs: number): Ring =>
	ring.keys.some(key => key.id === id)
		? ring
		: { root: ring.root, keys: [{ id, secret: newSecret(), fromMs }, ...ring.keys] };

/** Without those that another one has followed. */
export const newestOnly = (ring: Ring): Ring =>
	ring.keys.length > 1 ? { root: ring.root, keys: [ring.keys[0]] } : ring;

/** The one that seals now. */
export const sealingKeyOf = ({ keys }: Ring, nowMs: number): RingKey =>
	keys.find(({ fromMs }) => fromMs <= nowMs) ?? (keys.at(-1) as RingKey);

/** As it is kept. One of the first form stays so until it gets another key: a release that knows of no other reads it. */
export function ringBytes({ root, keys }: Ring): Buffer {
	if (keys.length === 1 && isFirst(keys[0])) return root;
	const said = keys.map(({ id, secret, fromMs }) => ({ id, secret: secret.toString("base64url"), fromMs }));
	return Buffer.from(`${JSON.stringify({ root: root.toString("base64url"), keys: said })}\n`);
}

/** Undefined where it is none. 32 bytes are one of the first form. */
export function readRing(bytes: Buffer): Ring | undefined {
	if (bytes.length === BYTES) return { root: bytes, keys: [{ id: FIRST, secret: bytes, fromMs: 0 }] };
	const said = fieldsOf(jsonIn(bytes));
	const root = secretIn(said, "root");
	const keys = Array.isArray(said.keys) ? said.keys.map(keyIn) : [];
	const [newest, ...others] = keys.filter(key => key !== undefined);
	return root && newest && others.length === keys.length - 1 ? { root, keys: [newest, ...others] } : undefined;
}

function keyIn(said: unknown): RingKey | undefined {
	const [id, secret] = [textOf(said, "id"), secretIn(said, "secret")];
	const { fromMs } = fieldsOf(said);
	return id !== undefined && secret && typeof fromMs === "number" ? { id, secret, fromMs } : undefined;
}

function secretIn(said: unknown, name: string): Buffer | undefined {
	const bytes = Buffer.from(textOf(said, name) ?? "", "base64url");
	return bytes.length === BYTES ? bytes : undefined;
}

function jsonIn(bytes: Buffer): unknown {
	try {
		return JSON.parse(bytes.toString());
	} catch {
		return undefined;
	}
}

const USES: Readonly<Record<string, string>> = { [FIRST]: "banyan definitions" };

/** What it seals with: the secret itself is for that alone. */
export const cipherKeyOf = ({ id, secret }: RingKey): Buffer => sealingKey(secret, USES[id] ?? "banyan secrets");

export const isFirst = ({ id }: RingKey): boolean => id === FIRST;
