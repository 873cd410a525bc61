/** What the mapping Marzneshin → Marzban knows of both panels: taken from their facts once, at the plan. */

import type { Definition } from "../../../contracts/migration/definition";
import { own } from "../../own";
import type { Folding, Naming } from "../folding";
import type { AuthAlgorithm } from "./credentials";
import { type Rules, rulesOf } from "./definition";
import { isAdminName } from "./values";

/** The protocols both panels speak. */
export const PROTOCOLS = ["vless", "vmess", "trojan", "shadowsocks"] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** An inbound of the source as the target can serve it, or why it cannot. */
export interface InboundRoute {
	readonly sourceTag: string;
	readonly protocol: string;
	/** The target's tag; null when nothing there matches. */
	readonly tag: string | null;
	/** `xtls-rprx-vision` or empty: what the source's node gives vless accounts there. */
	readonly flow: string;
}

export interface Context {
	readonly authAlgorithm: AuthAlgorithm;
	/** Which names the target takes for one, by stream. */
	readonly naming?: Naming;
	/** The target keeps times to expire in an INT (MySQL, MariaDB), which ends in January 2038. */
	readonly narrow?: boolean;
	/** By service id, the inbounds it opens. */
	readonly services: Readonly<Record<string, readonly InboundRoute[]>>;
	/** Admins that exist at the target or are moved by this migration. */
	readonly owners: readonly string[];
	/** The account we write with. `env` sudo: what it creates has no owner. */
	readonly account: { readonly name: string; readonly kind: "env" | "db" };
	/** The target's database, where its connection names one: it carries what the API cannot. */
	readonly database: { readonly kind: "sqlite" | "mysql" } | null;
	/** When the plan was made, and when a record is mapped: naive UTC. */
	readonly plannedAt?: string;
	readonly now?: string;
	/** Sudo accounts that the target holds already. */
	readonly sudoers: readonly string[];
	/** Admins of the source without sudo, or disabled, of whose name the target has a sudo. */
	readonly raised: readonly string[];
	/** Of those both panels speak, what the target runs: it refuses accounts of others. */
	readonly protocols: readonly Protocol[];
	/** Names that more than one user of the source shows, as far as it said. */
	readonly sharedNames: readonly string[];
	readonly resettingPlans: Rules["resettingPlans"];
	readonly refusedNames: Rules["refusedNames"];
	readonly limitedUsers: Rules["limitedUsers"];
	readonly noAccess: Rules["noAccess"];
}

export interface SourceFacts {
	readonly authAlgorithm: AuthAlgorithm;
	readonly services: readonly { readonly id: number; readonly inbound_ids: readonly number[] }[];
	readonly inbounds: readonly {
		readonly id: number;
		readonly tag: string;
		readonly protocol: string;
		readonly flow?: string | null;
	}[];
	readonly admins: readonly { readonly username: string; readonly is_sudo?: boolean; readonly enabled?: boolean }[];
	readonly sharedNames?: readonly string[];
	/** By stream, records that are not moved, whatever the reason. */
	readonly held?: Readonly<Record<string, readonly string[]>>;
}

export interface TargetFacts {
	readonly account: string;
	readonly accountKind: "env" | "db";
	/** Tags by protocol. */
	readonly inbounds: Readonly<Record<string, readonly string[]>>;
	readonly admins: readonly { readonly username: string; readonly is_sudo: boolean }[];
	readonly database?: { readonly kind: "sqlite" | "mysql" } | null;
	/** What keeps its records, whether or not its connection names it; null where it could not be told. */
	readonly storage?: "sqlite" | "mysql" | null;
	/** Which names it takes for one, by stream; null where it could not be told. */
	readonly naming?: Readonly<Record<string, Folding | null>>;
}

/** Pure; the result is stored with the plan, so that the whole run maps alike. */
export function contextOf(source: SourceFacts, target: TargetFacts, definition: Definition): Context {
	const route = (inbound: SourceFacts["inbounds"][number]): InboundRoute => {
		const wanted = own(rulesOf(definition).inboundTags, inbound.tag) ?? inbound.tag;
		const there = own(target.inbounds, inbound.protocol)?.includes(wanted) ?? false;
		return {
			sourceTag: inbound.tag,
			protocol: inbound.protocol,
			tag: there ? wanted : null,
			flow: inbound.protocol === "vless" ? (inbound.flow ?? "") : ""
		};
	};
	const inbounds = new Map(source.inbounds.map(inbound => [inbound.id, route(inbound)]));
	const services = source.services.map(service => [
		String(service.id),
		service.inbound_ids.flatMap(id => inbounds.get(id) ?? [])
	]);
	const { resettingPlans, refusedNames, limitedUsers, noAccess } = rulesOf(definition);
	// One whom the mapping holds back is nobody's owner.
	const held = new Set(source.held?.admins);
	const named = source.admins.map(({ username }) => username).filter(name => isAdminName(name) && !held.has(name));
	const moved = definition.streams.includes("admins") ? named : [];
	const sudoers = [
		...target.admins.filter(admin => admin.is_sudo).map(admin => admin.username),
		...(target.accountKind === "env" ? [target.account] : [])
	];
	return {
		authAlgorithm: source.authAlgorithm,
		naming: namingOf(target.naming),
		narrow: (target.storage ?? target.database?.kind) === "mysql",
		services: Object.fromEntries(services),
		owners: [...new Set([...target.admins.map(admin => admin.username), ...moved])],
		account: { name: target.account, kind: target.accountKind },
		database: target.database ? { kind: target.database.kind } : null,
		sudoers,
		raised: source.admins
			.filter(({ username, is_sudo, enabled }) => !(is_sudo && enabled !== false) && sudoers.includes(username))
			.map(({ username }) => username),
		protocols: PROTOCOLS.filter(protocol => (target.inbounds[protocol] ?? []).length > 0),
		sharedNames: source.sharedNames ?? [],
		resettingPlans,
		refusedNames,
		limitedUsers,
		noAccess
	};
}

/** What could not be told is taken for the loosest there is: too much waits for a human then, and nobody is mistaken. */
const namingOf = ({ users, admins, services }: NonNullable<TargetFacts["naming"]> = {}): Naming => ({
	users: users ?? "loose",
	admins: admins ?? "loose",
	services: services ?? "loose"
});

export interface Sides {
	readonly source: SourceFacts;
	readonly target: TargetFacts;
}

/** Source tags in use that the target lacks, with their protocol: the operator maps or adds them. */
export function missingTags(context: Context): { tag: string; protocol: string; supported: boolean }[] {
	const missing = Object.values(context.services)
		.flat()
		.filter(route => route.tag === null)
		.map(({ sourceTag, protocol }) => ({
			tag: sourceTag,
			protocol,
			supported: PROTOCOLS.some(known => known === protocol)
		}));
	return [...new Map(missing.map(entry => [`${entry.protocol} ${entry.tag}`, entry])).values()];
}

/** Entries of `rules.inboundTags` that name a tag one of the panels does not have: a slip that would cost access. */
export function unknownTags({ source, target }: Sides, definition: Definition): { tag: string; at: string }[] {
	const sourceTags = new Set(source.inbounds.map(inbound => inbound.tag));
	const targetTags = new Set(Object.values(target.inbounds).flat());
	return Object.entries(rulesOf(definition).inboundTags).flatMap(([from, to]) => [
		...(sourceTags.has(from) ? [] : [{ tag: from, at: "source" }]),
		...(targetTags.has(to) ? [] : [{ tag: to, at: "target" }])
	]);
}
