/**
 * Middlewares as Moleculer runs them. Its own types take what a hook answers for what the wrapped method answers, and know
 * no handler of another context than its own.
 */

import type { CallingOptions, Middleware, ServiceBroker } from "moleculer";
import { isFields } from "../domain/unknown";

export type Handler<C> = (ctx: C) => Promise<unknown>;
export type Call = (action: string, params?: unknown, options?: CallingOptions) => Promise<unknown>;

/** An event is told. Its options may be the groups alone. */
export type Told = (event: string, payload?: unknown, options?: TellOptions) => Promise<unknown>;
interface TellOptions {
	readonly meta?: object;
	/** The call that it is told in. */
	readonly parentCtx?: { readonly meta: object };
}
export const isNamed = (options: unknown): options is TellOptions | undefined =>
	options === undefined || isFields(options);

/** @template C what its handlers know of a context; @template A and of an action, or an event's listener */
interface Hooks<C, A> {
	readonly name: string;
	readonly localAction?: (next: Handler<C>, action: A) => Handler<C>;
	readonly remoteAction?: (next: Handler<C>, action: A) => Handler<C>;
	readonly localEvent?: (next: Handler<C>, listener: A) => Handler<C>;
	readonly call?: (next: Call) => Call;
	readonly emit?: (next: Told) => Told;
	readonly broadcast?: (next: Told) => Told;
	readonly created?: (broker: ServiceBroker) => void;
	readonly starting?: (broker: ServiceBroker) => Promise<void>;
	/** All services have. */
	readonly started?: (broker: ServiceBroker) => Promise<void>;
	/** No service has. */
	readonly stopping?: (broker: ServiceBroker) => Promise<void>;
	readonly stopped?: (broker: ServiceBroker) => void | Promise<void>;
	readonly transitPublish?: (next: Publish) => Publish;
	readonly transitMessageHandler?: (next: Take) => Take;
	readonly transporterSend?: (next: Send) => Send;
	readonly transporterReceive?: (next: Receive) => Receive;
}

export type Send = (topic: string, data: Buffer, meta: Sent) => unknown;
/** What a message is about. */
export interface Sent {
	readonly packet: { readonly type: string; readonly target?: string | null; readonly payload?: unknown };
	/** The calls in it. */
	readonly ids?: readonly string[];
}
/** What nodes say to each other, before it is bytes. */
export interface Packet {
	readonly type: string;
	readonly target?: string | null;
	readonly payload: { readonly sender?: string };
}
export type Publish = (packet: Packet) => unknown;
export type Take = (kind: string, packet: Packet) => unknown;
export type Receive = (kind: string, data: Buffer, more?: unknown) => unknown;

/** The one place where the two are taken for the same. */
export const middleware = <C, A>(hooks: Hooks<C, A>): Middleware => hooks as unknown as Middleware;
