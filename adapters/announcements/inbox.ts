/** The port of an inbox: what a service has dealt with of the events that are delivered to it, kept where its effects are. */

/** Of one delivery: kept with what it causes, it keeps that from happening twice. */
export interface Receipt {
	/** The same at each delivery of one event. */
	readonly id: string;
	readonly partition: number;
	readonly position: number;
}

export interface Received {
	/** By partition, up to where all was dealt with. */
	readonly passed: ReadonlyMap<number, number>;
	/** The ids of what was beyond that. */
	readonly beyond: ReadonlySet<string>;
}

export interface Inbox {
	received(): Promise<Received>;
	/** All up to there was dealt with, and its receipts are forgotten. Goes forward alone. */
	pass(marks: ReadonlyMap<number, number>): Promise<void>;
}

/** One delivery of an event to a service. */
export interface Delivery extends Receipt {
	/** When the event was announced: ISO 8601, UTC. */
	readonly at: string;
	/** From 1. */
	readonly attempt: number;
	/** Somebody asked for it: it comes behind what was announced since. */
	readonly replayed: boolean;
}

/** What was to be changed was changed before, at an earlier delivery of the event; nothing of it is stored again. */
export class Repeated extends Error {
	override readonly name = "Repeated";
	readonly code = "REPEATED";
	constructor(id: string) {
		super(`The event '${id}' had its effect already.`);
	}
}
