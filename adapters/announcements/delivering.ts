/** One event at a service: tried until it is dealt with, again after a while, and laid aside where it never is. */

import { setTimeout as sleep } from "node:timers/promises";
import { type Retrying, waitAfter } from "../../domain/delivery";
import { codeOf, messageOf, textOf } from "../../domain/unknown";
import { reach } from "../failpoints";
import type { Placed } from "./entry";
import { type Delivery, Repeated } from "./inbox";
import type { Letters } from "./letters";

/** What a service does with an event. Rejects where it could not. */
export type Handle = (entry: Placed, delivery: Delivery) => Promise<unknown>;

export interface Means {
	readonly letters: Letters;
	readonly retrying: Retrying;
	/** The longest that one try may take, in ms. */
	readonly longestMs: number;
	readonly count: (what: "delivered" | "retried" | "laid", service: string, event: string) => void;
	readonly tell: (sentence: string) => void;
}

/** Says why it failed; `never`: it would fail again. Undefined where it was dealt with. */
interface Failure {
	readonly reason: string;
	readonly never: boolean;
}

/** Once it was dealt with or laid aside; false where `signal` ended it before that. */
export async function delivered(
	means: Means,
	service: string,
	entry: Placed,
	handle: Handle,
	signal: AbortSignal
): Promise<boolean> {
	for (let attempt = 1; !signal.aborted; attempt++) {
		const failure = await tried(entry, handle, attempt);
		if (!failure) {
			means.count("delivered", service, entry.event);
			return true;
		}
		if (failure.never || attempt >= means.retrying.tries)
			return await laid(means, service, entry, attempt, failure, signal);
		means.count("retried", service, entry.event);
		await waited(waitAfter(attempt, means.retrying, Math.random()), signal);
	}
	return false;
}

async function tried(entry: Placed, handle: Handle, attempt: number): Promise<Failure | undefined> {
	const { id, partition, position, at, to } = entry;
	try {
		await handle(entry, { id, partition, position, at, attempt, replayed: to !== undefined });
		reach("dealt");
		return undefined;
	} catch (error) {
		if (error instanceof Repeated) return undefined;
		return { reason: reasonOf(error), never: textOf(error, "type") === "EVENT_INVALID" };
	}
}

const LONGEST_REASON = 500;
/** For people: what it ended with, without where. */
function reasonOf(error: unknown): string {
	const code = textOf(error, "type") ?? codeOf(error);
	return `${code ? `${code}: ` : ""}${messageOf(error)}`.slice(0, LONGEST_REASON);
}

/** What takes longer goes on, and counts as failed: its effect, should it come, is had once. */
export function within(ms: number, work: Promise<unknown>): Promise<unknown> {
	const { promise, reject } = Promise.withResolvers<never>();
	const timer = setTimeout(() => reject(new Error(`It was not done within ${ms} ms.`)), ms);
	return Promise.race([work, promise]).finally(() => clearTimeout(timer));
}

/** Until the letter is kept: before that the event is not dealt with. */
async function laid(
	{ letters, retrying, count, tell }: Means,
	service: string,
	entry: Placed,
	tries: number,
	{ reason }: Failure,
	signal: AbortSignal
): Promise<boolean> {
	const { position: _, partition: __, ...kept } = entry;
	for (let failures = 1; !signal.aborted; failures++) {
		try {
			await letters.lay(service, { entry: kept, tries, reason });
			count("laid", service, entry.event);
			tell(`'${service}' could not deal with '${entry.event}' of '${entry.key}', which is laid aside: ${reason}`);
			return true;
		} catch (error) {
			tell(`'${entry.event}' cannot be laid aside for '${service}' now: ${messageOf(error)}`);
			await waited(waitAfter(failures, retrying, Math.random()), signal);
		}
	}
	return false;
}

const waited = (ms: number, signal: AbortSignal): Promise<void> =>
	sleep(ms, undefined, { signal }).catch(() => undefined);
