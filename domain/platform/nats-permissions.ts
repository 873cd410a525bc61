/**
 * What each group of services may say and hear at NATS, as its contracts have it. Moleculer addresses a request to a node, so
 * a node's name begins with its group: `MOL-banyan.REQ.stages.1` is for a node of `stages`, and `MOL-banyan.REQ.stages.>` for
 * all of them. Pure.
 */

import type { ActionSpec, Contract } from "../../contracts/contract";
import { ANY_SERVICE } from "../../contracts/exposure";
import { gateway } from "../../contracts/platform/gateway";

/** Names of services, by that of their group. */
export type Groups = Readonly<Record<string, readonly string[]>>;

/** Subjects of NATS, with its wildcards. */
export interface Permissions {
	readonly publish: readonly string[];
	readonly subscribe: readonly string[];
}

/** Whoever drives the cluster by hand: asks every action, runs none that others ask for. */
export const OPERATOR = "operator";

/** How NATS is told apart whose answers are whose. */
export const inboxOf = (group: string): string => `_INBOX_${group}`;

/** Signs of life, and what nodes say of themselves: each to all, and to each. */
const ALL = ["INFO", "DISCOVER", "HEARTBEAT", "DISCONNECT", "PING"];
const EACH = ["INFO", "DISCOVER", "PING", "PONG"];
/** What comes to a node alone. `GONE` is NATS's word that nobody heard a request. */
const OWN = ["REQ", "RES", "EVENT", ...EACH, "GONE"];

interface Known {
	readonly groups: Groups;
	readonly contracts: readonly Contract[];
	readonly namespace: string;
}

/** By the name of the group. @throws a sentence where a group has a service without a contract */
export function permissionsOf(known: Known): ReadonlyMap<string, Permissions> {
	const all = Object.keys(known.groups);
	for (const service of Object.values(known.groups).flat())
		if (!known.contracts.some(({ name }) => name === service))
			throw new Error(`There is no contract '${service}': correct the services of its group.`);
	return new Map([...all, OPERATOR].map(group => [group, permissionsFor(group, known)]));
}

function permissionsFor(group: string, known: Known): Permissions {
	const to = (kind: string): string => `MOL-${known.namespace}.${kind}`;
	const groups = [...Object.keys(known.groups), OPERATOR];
	const [asked, asking] = [
		groups.filter(other => asks(group, other, known)),
		groups.filter(other => asks(other, group, known))
	];
	return {
		publish: [
			...ALL.map(to),
			...EACH.map(kind => `${to(kind)}.>`),
			...asked.map(other => `${to("REQ")}.${other}.>`),
			...asking.map(other => `${to("RES")}.${other}.>`),
			...(tells(group, known) ? [`${to("EVENT")}.>`] : []),
			...actionsAsked(group, known).map(action => `${to("REQB")}.${action}`),
			...(tells(group, known) ? [`${to("EVENTB")}.>`] : []),
			...storesOf(group, known).flatMap(store => STORES[store](known.namespace)),
			...watched(group, known)
		],
		subscribe: [
			...ALL.map(to),
			...OWN.map(kind => `${to(kind)}.${group}.>`),
			...servicesOf(group, known).map(service => `${to("REQB")}.${service}.>`),
			...servicesOf(group, known).map(service => `${to("EVENTB")}.${service}.>`),
			`${inboxOf(group)}.>`
		]
	};
}

const servicesOf = (group: string, { groups }: Known): readonly string[] => groups[group] ?? [];

const contractsOf = (group: string, known: Known): Contract[] =>
	known.contracts.filter(({ name }) => servicesOf(group, known).includes(name));

/** The services that may ask for an action: those that it names; else whoever stands at the door, and its own. */
const callersOf = ({ internal, callers = [] }: ActionSpec, owner: string): readonly string[] => [
	...(internal ?? [gateway.name, ...callers]),
	owner
];

/** May one of these services ask for it? */
const isFor = (action: ActionSpec, owner: string, own: readonly string[]): boolean =>
	callersOf(action, owner).some(caller => own.includes(caller) || (caller === ANY_SERVICE && own.length > 0));

/** The gateways ask every node for its metrics, and operators may ask all of them. */
const asksAll = (group: string, known: Known): boolean =>
	group === OPERATOR || servicesOf(group, known).includes(gateway.name);

function asks(group: string, other: string, known: Known): boolean {
	if (asksAll(group, known)) return true;
	const own = servicesOf(group, known);
	return contractsOf(other, known).some(({ name, actions }) =>
		Object.values(actions).some(action => isFor(action, name, own))
	);
}

/** With `BALANCER=queues`: the very actions, and of each node its own service's. */
function actionsAsked(group: string, known: Known): string[] {
	if (group === OPERATOR) return [">"];
	const own = servicesOf(group, known);
	return known.contracts.flatMap(({ name, actions }) =>
		Object.entries(actions).flatMap(([key, action]) => (isFor(action, name, own) ? [`${name}.${key}`] : []))
	);
}

/** Does it announce anything to whoever listens now? Durable events go by their store. */
const tells = (group: string, known: Known): boolean =>
	contractsOf(group, known).some(({ events }) => Object.values(events).some(({ durable }) => durable === undefined));

type Store = Contract["stores"][number];

function storesOf(group: string, known: Known): Store[] {
	if (group === OPERATOR) return ["events", "announcements"];
	const used = contractsOf(group, known).flatMap(({ stores, events }) =>
		Object.values(events).some(({ durable }) => durable) ? [...stores, "announcements" as const] : stores
	);
	return [...new Set(used)];
}

/** To make a stream where there is none, which changes none that is there, and to ask its leader for a message. */
const streamSubjects = (name: string): string[] => [
	"$JS.API.INFO",
	`$JS.API.STREAM.CREATE.EVENTS_${name}`,
	`$JS.API.STREAM.INFO.EVENTS_${name}`,
	`$JS.API.STREAM.MSG.GET.EVENTS_${name}`
];

/** To append and to read all of it. */
const storeSubjects = (name: string): string[] => [
	`EVENTS.${name}.>`,
	...streamSubjects(name),
	...["CREATE", "INFO", "MSG.NEXT", "DELETE"].map(verb => `$JS.API.CONSUMER.${verb}.EVENTS_${name}.>`)
];

/**
 * Nothing here deletes, empties or changes a stream: `deny_delete` of one does not stop whoever may do that (L11). The shared
 * secret stands among the events, under names of its own.
 */
const STORES: Readonly<Record<Store, (namespace: string) => string[]>> = {
	events: storeSubjects,
	secrets: namespace => [`EVENTS.${namespace}.secret.>`, ...streamSubjects(namespace)],
	announcements: namespace => storeSubjects(`${namespace}-announcements`)
};

/** A gateway looks how the servers keep the events. */
const watched = (group: string, known: Known): string[] =>
	servicesOf(group, known).includes(gateway.name)
		? ["$JS.API.INFO", `$JS.API.STREAM.INFO.EVENTS_${known.namespace}`]
		: [];

const text = (value: string): string => JSON.stringify(value);
const list = (subjects: readonly string[]): string =>
	[...new Set(subjects)].map(subject => `\n          ${text(subject)}`).join("");

/** The users of one account in the configuration of a NATS server that knows them by their certificates (`verify_and_map`). */
export const usersText = (permissions: ReadonlyMap<string, Permissions>): string =>
	[...permissions]
		.map(
			([group, { publish, subscribe }]) => `      {
        user: ${text(`CN=${group}`)}
        permissions {
          publish: [${list(publish)}
          ]
          subscribe: [${list(subscribe)}
          ]
        }
      }`
		)
		.join("\n");
