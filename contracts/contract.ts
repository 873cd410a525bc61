/** The vocabulary in which every service states what it answers and what it announces. */

import type { Exposure } from "./exposure";
import type { JobSpec } from "./jobs";
import type { Json } from "./json";
import type { Input, Output, Rule, Schema, ValueOf } from "./schema";

export type { Answer, Body, Exposure, LimitClass, Live, Raw, RawAddress } from "./exposure";

/** The areas of the product: the same folder names in contracts/, domain/, services/ and test/. */
export const AREAS = ["migration", "cutover", "platform", "community", "commerce", "tenancy", "plugins"] as const;
export type Area = (typeof AREAS)[number];

/** A call and its answer, as readers of the API see them. Tests check them against the schemas. */
interface Example {
	readonly params: object;
	readonly result: unknown;
}

/** What an action accepts and answers, each by its schema: checked on the wire, and shown in the API's document. */
export type ActionSpec<P extends Schema = Schema, R extends Rule = Rule> = Exposure & {
	readonly params: P;
	readonly result: R;
	/** Whatever is reached from outside has one. */
	readonly example?: Example;
};
export interface EventSpec<P extends Schema = Schema, Name extends string = string> {
	readonly name: Name;
	readonly payload: P;
	/** Undefined of an event that is told to whoever listens now, and may be lost. */
	readonly durable?: Durable;
}

/** An event that is kept, and delivered to each service that listens until it has dealt with it: at least once, by one of its nodes. */
export interface Durable<Field extends string = string> {
	/** The field of the payload that orders: events with the same value are delivered in their order, others beside each other. */
	readonly key: Field;
	/**
	 * From version 1 of the payload on, what takes it to the next version: what is announced has the version after the last.
	 * Pure, and they stay, since what was announced is kept.
	 */
	readonly upcasters?: readonly ((payload: Json) => Json)[];
}
export type DurableSpec<P extends Schema = Schema, Name extends string = string> = EventSpec<P, Name> & {
	readonly durable: Durable;
};

/** An error that a caller may meet. The detail, which says what, where and what to do this time, is written where it is thrown. */
export interface ErrorSpec {
	/** The HTTP status it becomes. */
	readonly status: number;
	readonly title: string;
	readonly means: string;
	/** What to do in general, for `/docs/problems`. */
	readonly todo: string;
	/** Texts of its data that stand in the answer by these names (RFC 9457 §3.2): those that another standard asks for. */
	readonly members?: readonly string[];
	/** A kind of problem that is registered for all of HTTP: then clients that know it need not know ours. */
	readonly registered?: RegisteredProblem;
}

/** Of IANA's HTTP Problem Types, those that draft-ietf-httpapi-ratelimit-headers-11 §5 registers. */
export type RegisteredProblem = "quota-exceeded" | "temporary-reduced-capacity" | "abnormal-usage-detected";

/** A setting of a node: what stands in its variable is read by the rule, which has a default. */
export interface SettingSpec<R extends Rule = Rule> {
	/** The environment's variable. */
	readonly variable: string;
	/** A number, a text, one of some texts, or a switch (`on`, `off`). */
	readonly rule: R;
	/** What it sets, as a part of a sentence. */
	readonly summary: string;
	readonly unit?: "bytes" | "ms" | "s" | "days";
	/** Of a node's environment alone, and never set for the cluster: a file of its machine, or who has all rights there. */
	readonly local?: true;
	/** What its text must be, where its rule says it for machines alone. */
	readonly form?: string;
	/**
	 * What is set for the cluster holds at once: whoever goes by it looks each time (`settingsFor(broker, contract).key`), and keeps
	 * no copy. Else it holds once a node starts anew.
	 */
	readonly live?: true;
}

/** What a service measures. */
export interface MetricSpec {
	/** A histogram tells how often what was measured was up to each of its `buckets`. */
	readonly type: "counter" | "gauge" | "histogram";
	/** Unique in the cluster: `banyan.notes.made`. */
	readonly name: string;
	readonly labels?: readonly string[];
	readonly summary: string;
	/** What a histogram is told in; Prometheus is told of seconds. */
	readonly unit?: "ms";
	/** The upper bounds of a histogram, the lowest first. */
	readonly buckets?: readonly number[];
	/** A gauge that nobody told anything for so many seconds is told no more. */
	readonly expires?: number;
}

/** What nodes keep as events: the course of runs; the secret that they share; durable events, which whoever listens reads. */
export type EventStoreName = "events" | "secrets" | "announcements";

type Payloads = Record<string, Schema>;
/** @template D the names of those that are durable */
type EventSpecs<N extends string, E extends Payloads, D extends string> = {
	readonly [K in keyof E & string]: K extends D ? DurableSpec<E[K], `${N}.${K}`> : EventSpec<E[K], `${N}.${K}`>;
};
type DurableParts<E extends Payloads, D extends keyof E> = { readonly [K in D]: Durable<keyof E[K] & string> };

/** What a contract brings beside its actions and events. */
interface Brings<
	S extends Record<string, string> = Record<string, string>,
	X extends Record<string, ErrorSpec> = Record<string, ErrorSpec>,
	T extends Record<string, SettingSpec> = Record<string, SettingSpec>,
	M extends Record<string, MetricSpec> = Record<string, MetricSpec>
> {
	/** What a caller's key may hold, and what it lets them do. */
	readonly scopes: S;
	/** By code. */
	readonly errors: X;
	readonly settings: T;
	readonly metrics: M;
}

export interface Contract<
	N extends string = string,
	A extends Record<string, ActionSpec> = Record<string, ActionSpec>,
	E extends Payloads = Payloads,
	B extends Brings = Brings,
	D extends string = never
> {
	readonly name: N;
	readonly area: Area;
	/** The gateway is not ready while no node runs it. */
	readonly required: boolean;
	/** Of the API's document. @default its name */
	readonly chapter: string;
	/** Stores of events that it appends to and reads, beside what its own durable events need. */
	readonly stores: readonly EventStoreName[];
	readonly scopes: B["scopes"];
	readonly errors: B["errors"];
	readonly settings: B["settings"];
	readonly metrics: B["metrics"];
	/** What it does at times. */
	readonly jobs: Readonly<Record<string, JobSpec>>;
	readonly actions: A;
	readonly events: EventSpecs<N, E, D>;
}

export const action = <const P extends Schema, const R extends Rule>(spec: ActionSpec<P, R>): ActionSpec<P, R> => spec;

type None = Record<never, never>;

export function contract<
	const N extends string,
	A extends Record<string, ActionSpec>,
	const E extends Payloads = None,
	const S extends Record<string, string> = None,
	const X extends Record<string, ErrorSpec> = None,
	const T extends Record<string, SettingSpec> = None,
	const M extends Record<string, MetricSpec> = None,
	const D extends keyof E & string = never
>(
	area: Area,
	name: N,
	parts: {
		readonly required?: true;
		readonly chapter?: string;
		readonly stores?: readonly EventStoreName[];
		/** By key: `sweep` of sessions is called `sessions.sweep`. */
		readonly jobs?: Readonly<Record<string, JobSpec & { readonly action: keyof NoInfer<A> & string }>>;
		readonly actions: A;
		readonly events?: E;
		/** Of its events. */
		readonly durable?: DurableParts<E, D>;
	} & Partial<Brings<S, X, T, M>>
): Contract<N, A, E, Brings<S, X, T, M>, D> {
	const { required, chapter = name, stores = [], scopes, errors, settings, metrics, actions } = parts;
	const { events = {}, durable = {}, jobs = NOTHING } = parts;
	const kept = new Map(Object.entries<Durable>(durable));
	const named = Object.entries(events).map(([key, payload]) => {
		const spec = kept.get(key);
		return [key, { name: `${name}.${key}`, payload, ...(spec && { durable: spec }) }];
	});
	return {
		area,
		name,
		required: required === true,
		chapter,
		stores,
		scopes: scopes ?? NOTHING,
		errors: errors ?? NOTHING,
		settings: settings ?? NOTHING,
		metrics: metrics ?? NOTHING,
		jobs,
		actions,
		events: Object.fromEntries(named)
	};
}

/** Where nothing is said, the types say so, too. */
const NOTHING = {} as never;

/** Where the service stands that answers for a contract: named after it, without the ending of its kind of file. */
export const serviceFile = ({ area, name }: Pick<Contract, "area" | "name">): string =>
	`services/${area}/${name}.service`;

export type InputOf<S> = S extends { readonly params: infer P } ? Input<P> : never;
export type ParamsOf<S> = S extends { readonly params: infer P } ? Output<P> : never;
export type ResultOf<S> = S extends { readonly result: infer R } ? ValueOf<R> : never;
export type PayloadOf<S> = S extends EventSpec<infer P> ? Output<P> : never;

/** `{ "migration.start": ActionSpec<…>, … }`: a contract as its callers see it. */
export type ActionsOf<C> = C extends { name: infer N extends string; actions: infer A }
	? { [K in keyof A & string as `${N}.${K}`]: A[K] }
	: never;
export type EventsOf<C> = C extends { name: infer N extends string; events: infer E }
	? { [K in keyof E & string as `${N}.${K}`]: E[K] }
	: never;
/** The settings of a contract as its service reads them. */
export type SettingsOf<C> = C extends { settings: infer T }
	? { readonly [K in keyof T]: T[K] extends SettingSpec<infer R> ? ValueOf<R> : never }
	: never;
