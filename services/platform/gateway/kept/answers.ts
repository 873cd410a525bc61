/**
 * Kept answers of routes (RFC 9111, as a shared cache): given again while they are fresh, asked for once where many ask at
 * once, and given as the last good ones, marked, while nobody answers. In this gateway's memory, and where there is a Redis and an
 * answer is fresh for a while, in that, for all gateways.
 */

import type { Broker } from "../../../../cluster";
import { failure } from "../../../../cluster/errors";
import { gateway } from "../../../../contracts/platform/gateway";
import type { GatewayAnswers } from "../../../../contracts/platform/operations";
import { fateOf } from "../../../../domain/platform/calls/fate";
import { ageOf, type Found, isGoodEnough, type Keeping } from "../../../../domain/platform/kept/answer";
import type { Outcome } from "../../../../domain/platform/kept/cache-status";
import { type Course, KeptInMemory } from "../../../../domain/platform/kept/memory";
import { satisfies, type Wishes } from "../../../../domain/platform/kept/wishes";
import { type Representation, representation } from "./representation";
import { type Filled, SharedAnswers } from "./shared";

/** A service that did not answer is asked again after so long; until then whoever may have a stale answer does not wait. In ms. */
const REST_MS = 1_000;
/** What nobody asked for so long is waited for again, in ms. */
const FORGOTTEN_MS = 10_000;
/** The longest that one waits for what another asked for, in ms; and how many wait for one. */
const [JOINED_MS, JOINED] = [5_000, 1_000];

const { kept, keptBytes } = gateway.metrics;

/** A question of a route. */
export interface Question {
	readonly action: string;
	readonly key: string;
	readonly keeping: Keeping;
	readonly wishes: Wishes;
	/** Undefined: its answer is not to be kept. */
	readonly ask: () => Promise<{ readonly data: unknown; readonly isKept: boolean }>;
}
export interface Given {
	readonly answer: Representation;
	readonly outcome: Outcome;
}
interface Flight {
	readonly answer: Promise<Filled>;
	joined: number;
}

export class KeptAnswers {
	private readonly memory: KeptInMemory<Representation>;
	private readonly shared: SharedAnswers;
	private readonly flights = new Map<string, Flight>();
	/** Until when an action is not waited for, having failed to answer. */
	private readonly resting = new Map<string, number>();

	constructor(
		private readonly broker: Broker,
		private readonly mostBytes: number
	) {
		this.memory = new KeptInMemory(mostBytes);
		this.shared = new SharedAnswers(broker);
	}

	/** Alone, what does not answer is broken, not away; and nothing is far. */
	get isOn(): boolean {
		return this.mostBytes > 0 && this.broker.transit != null;
	}

	get state(): Omit<GatewayAnswers, "node"> {
		const now = performance.now();
		const resting = [...this.resting].filter(([, until]) => now < until + FORGOTTEN_MS).map(([action]) => action);
		return { bytes: this.memory.bytes, most: this.isOn ? this.mostBytes : 0, resting };
	}

	/** @throws NOT_KEPT, and what the action does */
	async give(question: Question): Promise<Given> {
		try {
			const given = await this.found(question);
			this.count(given.outcome.name);
			return given;
		} catch (error) {
			this.count("error");
			throw error;
		}
	}

	/** Nothing that is kept of it is fresh any more. */
	async change(action: string): Promise<void> {
		this.memory.change(action);
		await this.shared.clear(action);
	}

	/** Nothing of them is kept any more, here at once, and at each gateway. */
	async purged(actions: readonly string[]): Promise<void> {
		if (!this.isOn || actions.length === 0) return;
		await Promise.all(actions.map(action => this.purge(action)));
		await this.broker.broadcast("gateway.purged", { actions: [...actions] });
	}

	/** Nothing of it is kept here any more. */
	async purge(action: string): Promise<void> {
		this.memory.purge(action);
		await this.shared.clear(action);
	}

	private async found(question: Question): Promise<Given> {
		const { action, key, keeping, wishes } = question;
		const found = this.memory.get(action, key);
		const now = performance.now();
		if (found && satisfies(found, keeping, wishes, now)) return hit("hit", found.kept, keeping, now);
		if (wishes.takesKeptAlone) throw notKept();
		const stale = found && isGoodEnough(found.kept, keeping, now) ? found : undefined;
		if (!stale || !this.isResting(question, now)) return this.forwarded(question, found, stale);
		return hit("stale", stale.kept, keeping, now);
	}

	private async forwarded(
		question: Question,
		found: Found<Representation> | undefined,
		stale: Found<Representation> | undefined
	): Promise<Given> {
		const { action, keeping, wishes } = question;
		const why = wishes.said === undefined || !found ? (found ? "stale" : "uri-miss") : "request";
		try {
			// At once: of many in one turn the first is asked for.
			const flight = this.flightFor(question);
			const joined = flight && (await within(JOINED_MS, flight.answer));
			const { answer, isStored } = joined ?? (await this.fly(question));
			this.resting.delete(action);
			const ttl = keeping.seconds - ageOf(answer, performance.now());
			return { answer, outcome: { name: joined ? "collapsed" : "forwarded", why, ttl, isStored } };
		} catch (error) {
			if (fateOf(error, action) === "answered") throw error;
			if (!stale) throw error;
			this.resting.set(action, performance.now() + REST_MS);
			return hit("stale", stale.kept, keeping, performance.now());
		}
	}

	/** Nobody waits for what did not answer a moment ago: it is asked beside. */
	private isResting(question: Question, now: number): boolean {
		const { action } = question;
		const until = this.resting.get(action);
		if (until === undefined || now >= until + FORGOTTEN_MS) return false;
		if (now < until) return true;
		this.resting.set(action, now + REST_MS);
		void this.asked(question).then(
			() => this.resting.delete(action),
			error => fateOf(error, action) === "answered" && this.resting.delete(action)
		);
		return true;
	}

	/** What another asked for, after the last change. */
	private flightFor({ action, key, keeping, wishes }: Question): Flight | undefined {
		const flight = this.flights.get(flightOf(key, this.memory.courseOf(action)));
		// What is never fresh is asked for by each, and so is what somebody wants anew.
		if (!flight || keeping.seconds === 0 || wishes.said !== undefined || flight.joined >= JOINED) return undefined;
		flight.joined++;
		return flight;
	}

	private async fly(question: Question): Promise<Filled> {
		const { action, key, keeping, wishes } = question;
		const name = flightOf(key, this.memory.courseOf(action));
		const answer = this.asked(question);
		if (keeping.seconds === 0 || wishes.said !== undefined || this.flights.has(name)) return answer;
		const flight = { answer, joined: 0 };
		this.flights.set(name, flight);
		// Whoever waits is told by their own promise.
		await answer.catch(() => undefined).finally(() => this.flights.delete(name));
		return answer;
	}

	private async asked(question: Question): Promise<Filled> {
		const { action, key, keeping, wishes, ask } = question;
		const course = this.memory.courseOf(action);
		const anew = async (): Promise<Filled> => {
			const at = performance.now();
			const { data, isKept } = await ask();
			const before = this.memory.get(action, key)?.kept;
			const answer = representation(data, at, before);
			const isStored = isKept && !wishes.isPrivate && this.memory.put(action, key, answer, course);
			return { answer, isStored };
		};
		const isAsBegun = (): boolean => this.memory.courseOf(action) === course;
		if (keeping.seconds === 0 || wishes.said !== undefined || !this.shared.isThere) return this.measured(anew());
		const filled = this.shared.together({ action, key, seconds: keeping.seconds }, isAsBegun, anew).then(filled => {
			if (filled.isStored) this.memory.put(action, key, filled.answer, course);
			return filled;
		});
		return this.measured(filled);
	}

	private async measured(filled: Promise<Filled>): Promise<Filled> {
		const answer = await filled;
		this.broker.metrics.set(keptBytes.name, this.memory.bytes);
		return answer;
	}

	private count(outcome: Outcome["name"] | "error"): void {
		this.broker.metrics.increment(kept.name, { outcome });
	}
}

/** After a change one does not wait for what was asked for before it. */
const flightOf = (key: string, { changes, purges }: Course): string => `${changes} ${purges} ${key}`;

const hit = (name: "hit" | "stale", answer: Representation, { seconds }: Keeping, now: number): Given => ({
	answer,
	outcome: { name, ttl: seconds - ageOf(answer, now) }
});

const notKept = (): Error =>
	failure("NOT_KEPT", "The request takes a kept answer alone (only-if-cached), and none is kept that is fresh.");

/** Undefined: it takes too long. */
async function within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
	const { promise: late, resolve } = Promise.withResolvers<undefined>();
	const timer = setTimeout(() => resolve(undefined), ms);
	try {
		return await Promise.race([work, late]);
	} finally {
		clearTimeout(timer);
	}
}
