/** An API key as it is kept. */

import { createHash, randomBytes } from "node:crypto";
import { type ApiKey, OWN_READ } from "../../../contracts/platform/access";

/** A key is 256 random bits: its plain digest tells nothing of it. Of an earlier release it has less than these fields. */
export interface StoredKey extends ApiKey {
	readonly digest: string;
	/** There is one at a time, whichever node made it. */
	readonly rank?: "first";
}

/** In hex digits. */
const ID_LENGTH = 12;
const DAY_MS = 86_400_000;

export const digestOf = (key: string): string => createHash("sha256").update(key).digest("hex");
export const newKey = (): string => `bny_${randomBytes(32).toString("base64url")}`;
/** Of a key that follows from what was asked for. */
export const idOf = (key: string): string => digestOf(key).slice(0, ID_LENGTH);

export const shown = (key: StoredKey): ApiKey => ({
	id: key.id,
	name: key.name,
	scopes: key.scopes,
	createdAt: key.createdAt,
	owner: key.owner ?? null,
	expiresAt: key.expiresAt ?? null,
	lastUsedAt: key.lastUsedAt ?? null,
	followedBy: key.followedBy ?? null
});

/** What somebody asks for. */
export interface Wanted extends Pick<StoredKey, "name" | "scopes" | "rank"> {
	readonly key: string;
	/** @default any */
	readonly id?: string | undefined;
	readonly owner?: string | null | undefined;
	readonly expiresInDays?: number | undefined;
}

export function newRecord({ key, id, rank, owner, expiresInDays, name, scopes }: Wanted, now: number): StoredKey {
	return {
		id: id ?? randomBytes(ID_LENGTH / 2).toString("hex"),
		name,
		scopes: [...new Set(scopes)],
		createdAt: isoOf(now),
		digest: digestOf(key),
		...(rank && { rank }),
		...(owner != null && { owner }),
		...(expiresInDays !== undefined && { expiresAt: isoOf(now + expiresInDays * DAY_MS) })
	};
}

const isoOf = (ms: number): string => new Date(ms).toISOString();

export const isOver = ({ expiresAt }: Pick<ApiKey, "expiresAt">, now: number): boolean =>
	expiresAt != null && Date.parse(expiresAt) <= now;

/** The key that takes another's place: good for as long as that one was made for. */
export function follower(before: StoredKey, key: string, id: string | undefined, now: number): StoredKey {
	const { name, scopes, owner, expiresAt, createdAt } = before;
	const record = newRecord({ key, id, name, scopes, owner }, now);
	if (expiresAt == null) return record;
	return { ...record, expiresAt: isoOf(now + Date.parse(expiresAt) - Date.parse(createdAt)) };
}

/** It goes on for so long, and never longer than it would have. */
export function followed(before: StoredKey, by: string, overlapMs: number, now: number): StoredKey {
	const own = before.expiresAt == null ? Number.POSITIVE_INFINITY : Date.parse(before.expiresAt);
	return { ...before, followedBy: by, expiresAt: isoOf(Math.min(own, now + overlapMs)) };
}

/** What a key of somebody's own gives: never more than their account has now. */
export const within = (scopes: readonly string[], ofAccount: readonly string[]): string[] =>
	scopes.filter(scope => scope === OWN_READ || ofAccount.includes(scope));
