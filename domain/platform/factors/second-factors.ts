/** The second factors of an account, and what its codes do: each counts once, also where many come at once. Pure. */

import type { Challenge, Factor } from "../../../contracts/people";
import type { SecondFactors } from "../../../contracts/platform/mfa";
import { FLOW_MS, type Flow } from "./flow";
import { typed } from "./recovery-codes";
import { stepOf } from "./totp";

export interface App {
	/** Sealed. */
	readonly secret: string;
	readonly at: number;
}

/** As it is kept. */
export interface Factors {
	readonly account: string;
	/** Its codes count. */
	readonly totp: (App & { readonly lastStep: number }) | null;
	/** It waits for its first code. */
	readonly pending: App | null;
	/** Digests of the recovery codes that are left; null: there never were any. */
	readonly codes: readonly string[] | null;
	/** Challenges that were answered, until they are over. */
	readonly used: readonly Flow[];
}

/** How long an app may wait for its first code, in ms. */
const PENDING_MS = 15 * 60_000;

export const none = (account: string): Factors => ({ account, totp: null, pending: null, codes: null, used: [] });

/** Somebody without recovery codes would be locked out by the loss of a phone: they are asked for nothing. */
const isOn = ({ totp, codes }: Factors, passkeys: number): boolean => codes !== null && (totp !== null || passkeys > 0);

export const shownOf = (factors: Factors, passkeys: number): SecondFactors => ({
	on: isOn(factors, passkeys),
	totp: factors.totp !== null,
	totpSince: factors.totp && new Date(factors.totp.at).toISOString(),
	recoveryCodes: factors.codes?.length ?? 0,
	passkeys
});

/** What a login is asked for; nothing where no second factor is on. */
export function methodsOf(factors: Factors, passkeys: number): Challenge["methods"] {
	if (!isOn(factors, passkeys)) return [];
	const there = { totp: factors.totp !== null, passkey: passkeys > 0, recovery: (factors.codes?.length ?? 0) > 0 };
	return (["totp", "passkey", "recovery"] as const).filter(method => there[method]);
}

/** A passkey is two by itself, and nobody is asked for a third. */
const SECOND: readonly Factor[] = ["totp", "recovery", "passkey"];
export const provesTwo = (factors: readonly Factor[]): boolean => factors.some(each => SECOND.includes(each));

export const pendingAt = ({ pending }: Factors, now: number): App | null =>
	pending && pending.at > now - PENDING_MS ? pending : null;

/** What of a service's a code is held against. */
export interface Keys {
	open(sealed: string): string;
	digest(code: string): string;
}

export interface Used {
	readonly factors: Factors;
	readonly factor: "totp" | "recovery";
}

/** What is kept once a code was used; undefined of one that is wrong, or was used before. */
export function useCode(factors: Factors, code: string, now: number, keys: Keys): Used | undefined {
	const digits = code.replace(/\s/g, "");
	return /^\d{6}$/.test(digits) ? useTotp(factors, digits, now, keys) : useRecovery(factors, code, keys);
}

function useTotp(factors: Factors, code: string, now: number, keys: Keys): Used | undefined {
	const { totp } = factors;
	const lastStep = totp ? stepOf(keys.open(totp.secret), code, now, totp.lastStep) : undefined;
	return totp && lastStep !== undefined
		? { factors: { ...factors, totp: { ...totp, lastStep } }, factor: "totp" }
		: undefined;
}

function useRecovery(factors: Factors, code: string, keys: Keys): Used | undefined {
	const letters = typed(code);
	const digest = letters === undefined ? undefined : keys.digest(letters);
	const { codes } = factors;
	return codes && digest !== undefined && codes.includes(digest)
		? { factors: { ...factors, codes: codes.filter(each => each !== digest) }, factor: "recovery" }
		: undefined;
}

/** The app counts, by its first code; undefined where that is wrong. */
export function confirmed(factors: Factors, code: string, now: number, keys: Keys): Factors | undefined {
	const pending = pendingAt(factors, now);
	const lastStep = pending ? stepOf(keys.open(pending.secret), code.replace(/\s/g, ""), now, -1) : undefined;
	return pending && lastStep !== undefined
		? { ...factors, totp: { secret: pending.secret, at: now, lastStep }, pending: null }
		: undefined;
}

export const isUsed = ({ used }: Factors, { id }: Flow): boolean => used.some(each => each.id === id);

/** Answered, and not to be again. */
export const withUsed = (factors: Factors, { id, until }: Flow, now: number): Factors => ({
	...factors,
	used: [...factors.used.filter(each => each.until > now), { id, until }]
});

/** Of a login by one factor: what it goes on with. */
export interface Asked extends Flow {
	readonly account: string;
	readonly factors: readonly Factor[];
	/** Of the browser that asked. */
	readonly agent: string;
}

/** @param agent its digest */
export const asked = (id: string, account: string, factors: readonly Factor[], agent: string, now: number): Asked => ({
	id,
	until: now + FLOW_MS,
	account,
	factors,
	agent
});
