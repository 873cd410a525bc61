/** Under which policies a request is: what is set, for whom, and of what it is counted. Pure. */

import { hash } from "node:crypto";
import type { SettingsOf } from "../../../contracts/contract";
import { LIMIT_CLASSES, type LimitClass } from "../../../contracts/exposure";
import { CLASS_SETTINGS, type LIMIT_SETTINGS, type LimitInForce } from "../../../contracts/platform/gateway-limits";
import { isOneOf, tableOf } from "../../../contracts/table";
import { networkOf } from "../../client-address";
import { policyField, type Told } from "./fields";
import { type Policies, type Policy, readPolicies, readPolicy } from "./policy";

export type LimitTexts = SettingsOf<{ settings: typeof LIMIT_SETTINGS }>;

/** Where one is set. */
type Setting = keyof LimitTexts;

/** Everything that is set. */
export interface Limits {
	readonly all: Policy;
	readonly services: Policies;
	readonly client: Policy;
	readonly classes: Readonly<Record<LimitClass, Policy>>;
	/** Those that are refused while nobody counts for all. */
	readonly closed: readonly LimitClass[];
}

export const readLimits = (texts: LimitTexts): Limits => ({
	all: readPolicy(texts.limitAll),
	services: readPolicies(texts.limitServices),
	client: readPolicy(texts.limitClient),
	classes: tableOf(LIMIT_CLASSES, each => readPolicy(texts[CLASS_SETTINGS[each]])),
	closed: texts.limitsClosed.split(",").filter(word => isOneOf(LIMIT_CLASSES, word))
});

/** What is asked for, as far as it is limited. */
export interface Asked {
	readonly service: string;
	readonly limit: LimitClass;
}

/** Who asks: a person, a key, or the network of an address. The one value by which a client is told from others. */
export function countedAs(caller: { readonly id: string } | undefined, address: string): string {
	if (caller === undefined) return `address:${networkOf(address)}`;
	return caller.id.startsWith("person:") ? caller.id : `key:${caller.id}`;
}

/** A counter, and where its policy is set. */
export interface Planned extends Told {
	readonly setting: Setting;
	readonly of: LimitInForce["of"];
}

export interface Plan {
	/** What its client is told of stands first. */
	readonly counters: readonly Planned[];
	readonly told: readonly Planned[];
	/** The value of `RateLimit-Policy`. */
	readonly policies: string;
	/** It is refused while nobody counts for all. */
	readonly isClosed: boolean;
}

/** What all clients share is told to those alone who were let in: to others it says how much it takes to keep everybody out. */
export function planOf(limits: Limits, { service, limit }: Asked, who: string): Plan {
	const { all, services, client, classes } = limits;
	const partition = digestOf(who);
	const own = [
		...countersOf({ name: limit, of: "class", setting: CLASS_SETTINGS[limit], whose: who, partition }, classes[limit]),
		...countersOf({ name: "client", of: "client", setting: "limitClient", whose: who, partition }, client)
	];
	const ofService = services.own.get(service) ?? services.each;
	const shared = [
		...countersOf(
			{ name: "service", of: "service", setting: "limitServices", whose: service, partition: bytesOf(service) },
			ofService
		),
		...countersOf({ name: "all", of: "all", setting: "limitAll", whose: "", partition: null }, all)
	];
	const isKnown = limit !== "public" && limit !== "links";
	return planned(limits, limit, [...own, ...shared], isKnown ? [...own, ...shared] : own);
}

/** Of a request that was not let in: it takes nothing of anybody else's, and its client is told nothing. */
export function strangerPlan(limits: Limits, who: string): Plan {
	const whose = { name: "public", of: "class", setting: "limitPublic", whose: who, partition: null } as const;
	return planned(limits, "public", countersOf(whose, limits.classes.public), []);
}

const planned = ({ closed }: Limits, limit: LimitClass, all: readonly Planned[], told: readonly Planned[]): Plan => ({
	counters: all,
	told,
	policies: policyField(told),
	isClosed: closed.includes(limit)
});

/** What is counted, and of whom. */
export interface Whose extends Pick<Planned, "name" | "of" | "setting" | "partition"> {
	readonly whose: string;
}

export function countersOf({ whose, name, ...common }: Whose, policy: Policy): Planned[] {
	return policy.map(({ quota, seconds }, index) => {
		const named = index === 0 ? name : `${name}-burst`;
		// A quota may change within its window, a window may not.
		return { ...common, id: `${named}\n${seconds}\n${whose}`, name: named, quota, windowMs: seconds * 1000 };
	});
}

const DIGEST_BYTES = 6;

/** So that nobody learns who a client is from what it is told. */
const digestOf = (who: string): string =>
	Buffer.from(hash("sha256", who, "hex"), "hex")
		.subarray(0, DIGEST_BYTES)
		.toString("base64");
const bytesOf = (text: string): string => Buffer.from(text).toString("base64");
