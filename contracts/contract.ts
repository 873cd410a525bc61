/** The vocabulary in which every service states what it answers and what it announces. */

import type { Output, Schema } from "./schema";

declare const RESULT: unique symbol;

/** The areas of the product: the same folder names in contracts/, domain/, services/ and test/. */
export type Area = "migration" | "cutover" | "platform" | "community" | "commerce" | "tenancy" | "plugins";

/** Every scope that a caller's key may hold, and what it lets him do. */
export const SCOPES = {
	"migration:read": "look at migrations, their reports and differences",
	"migration:plan": "look at both sides of a definition, and rehearse it",
	"migration:run": "begin, stop and put back migrations; read what carries secrets of customers",
	"keys:manage": "make, list and revoke API keys"
} as const;
export type Scope = keyof typeof SCOPES;

/** How the outside reaches an action. Without `rest` it is for the cluster's own calls alone. */
export interface Exposure {
	/** What the caller's key must hold. */
	readonly scope: Scope;
	/** Method and canonical path, under `/api/v1`; `:name` is a field of the params. */
	readonly rest?: string;
	/** Other paths of the same action, from the root: `POST /migration/start`. */
	readonly aliases?: readonly string[];
	/** The HTTP status of an answer. @default 200 */
	readonly status?: 200 | 201 | 202;
	/** Changes nothing, whatever its method: no `Idempotency-Key`, and its answer is not kept. */
	readonly reads?: true;
	/** Nothing of it goes on once whoever asked is gone, or has waited for as long as anybody may. */
	readonly endsWithCaller?: true;
	/** What it does, in one sentence, for those who read the API. */
	readonly says?: string;
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

export function action<const P extends Schema>(params: P, exposure: Exposure) {
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
