/** The vocabulary in which every service states what it answers and what it announces. */

import type { Output, Schema } from "./schema";

declare const RESULT: unique symbol;

/** The areas of the product: the same folder names in contracts/, domain/, services/ and test/. */
export type Area = "migration" | "cutover" | "platform" | "community" | "commerce" | "tenancy" | "plugins";

/** How the outside reaches an action: its HTTP route, and the scope its caller must hold. */
export interface Exposure {
	readonly rest?: string;
	readonly scope?: string;
}

/** What an action accepts (`params`, checked on the wire) and answers (`Result`, a type only). */
export interface ActionSpec<P extends Schema = Schema, Result = unknown> extends Exposure {
	readonly params: P;
	readonly [RESULT]?: Result;
}
export interface EventSpec<P extends Schema = Schema, Name extends string = string> {
	readonly name: Name;
	readonly payload: P;
}

type Payloads = Record<string, Schema>;
type EventSpecs<N extends string, E extends Payloads> = {
	readonly [K in keyof E & string]: EventSpec<E[K], `${N}.${K}`>;
};

export interface Contract<
	N extends string = string,
	A extends Record<string, ActionSpec> = Record<string, ActionSpec>,
	E extends Payloads = Payloads
> {
	readonly name: N;
	readonly area: Area;
	readonly actions: A;
	readonly events: EventSpecs<N, E>;
}

export function action<const P extends Schema>(params: P, exposure: Exposure = {}) {
	return { returns: <Result>(): ActionSpec<P, Result> => ({ params, ...exposure }) };
}

export function contract<const N extends string, A extends Record<string, ActionSpec>, const E extends Payloads>(
	area: Area,
	name: N,
	parts: { actions: A; events: E }
): Contract<N, A, E> {
	const events = Object.entries(parts.events).map(([key, payload]) => [key, { name: `${name}.${key}`, payload }]);
	return { area, name, actions: parts.actions, events: Object.fromEntries(events) };
}

export type ParamsOf<S> = S extends ActionSpec<infer P, unknown> ? Output<P> : never;
export type ResultOf<S> = S extends ActionSpec<Schema, infer R> ? R : never;
export type PayloadOf<S> = S extends EventSpec<infer P> ? Output<P> : never;

/** `{ "migration.start": ActionSpec<…>, … }`: a contract as its callers see it. */
export type ActionsOf<C> =
	C extends Contract<infer N, infer A, Payloads> ? { [K in keyof A & string as `${N}.${K}`]: A[K] } : never;
export type EventsOf<C> = C extends { name: infer N extends string; events: infer E }
	? { [K in keyof E & string as `${N}.${K}`]: E[K] }
	: never;
