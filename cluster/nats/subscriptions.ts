/** What a node hears of NATS: one that is refused ends none of the others, and is asked for again with the next connection. */

import type { Msg, NatsConnection, NatsError, Subscription } from "nats";

export interface Ears {
	/** @param kind of packet */
	readonly take: (kind: string, data: Buffer) => void;
	readonly refused: (subject: string) => void;
}

interface Listening {
	readonly kind: string;
	/** Of those that hear under one name NATS gives each message to one. */
	readonly queue?: string;
}

export class Subscriptions {
	private readonly plain = new Map<string, Listening>();
	private readonly balanced = new Map<string, Subscription>();

	constructor(private readonly ears: Ears) {}

	/** What shall be heard as long as the node lives. */
	hear(client: NatsConnection, subject: string, kind: string): void {
		this.plain.set(subject, { kind });
		this.subscribe(client, subject, { kind });
	}

	/** Those of them that were refused, once more. */
	again(client: NatsConnection, refused: readonly string[]): void {
		for (const subject of refused) {
			const listening = this.plain.get(subject);
			if (listening) this.subscribe(client, subject, listening);
		}
	}

	/** Keeps what it has: a request to a service that stays must not be missed because another one came or went. */
	balance(client: NatsConnection, wanted: ReadonlyMap<string, Listening>): void {
		for (const [subject, subscription] of this.balanced) {
			if (wanted.has(subject) && !subscription.isClosed()) continue;
			subscription.unsubscribe();
			this.balanced.delete(subject);
		}
		for (const [subject, listening] of wanted)
			if (!this.balanced.has(subject)) this.balanced.set(subject, this.subscribe(client, subject, listening));
	}

	private subscribe(client: NatsConnection, subject: string, { kind, queue }: Listening): Subscription {
		const { take, refused } = this.ears;
		const callback = (error: NatsError | null, { data }: Msg): void => {
			if (error) refused(subject);
			else take(kind, Buffer.from(data.buffer, data.byteOffset, data.byteLength));
		};
		return client.subscribe(subject, { callback, ...(queue !== undefined && { queue }) });
	}
}

interface Listed {
	readonly name: string;
	readonly actions?: Readonly<Record<string, unknown>>;
	readonly events?: Readonly<Record<string, { readonly group?: string }>>;
}
type Queue = readonly [subject: string, listening: Listening];

/** One queue for each action, and one for each event that a service hears; the names are Moleculer's. */
export const queuesOf = (services: readonly Listed[], prefix: string): ReadonlyMap<string, Listening> =>
	new Map(services.flatMap(service => [...requests(service, prefix), ...events(service, prefix)]));

const requests = ({ actions = {} }: Listed, prefix: string): Queue[] =>
	Object.keys(actions).map((action): Queue => [`${prefix}.REQB.${action}`, { kind: "REQ", queue: action }]);

const events = ({ name, events: heard = {} }: Listed, prefix: string): Queue[] =>
	Object.entries(heard).map(
		([event, { group = name }]): Queue => [
			`${prefix}.EVENTB.${group}.${event}`.replace(/\*\*.*$/g, ">"),
			{ kind: "EVENT", queue: group }
		]
	);
