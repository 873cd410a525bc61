/**
 * Takes steps until a record is as asked. Nothing is repeated before looking (L7): after a 5xx at once, since it was
 * answered; after a lost answer for a while, since the request may still be running there. A create that lands later
 * than that finds the name taken: names are unique, so it can never make a second record.
 */

import type { TargetRecord } from "../../contracts/migration/records";
import { ConnectorError, type Term } from "../connector";
import { type Clock, systemClock } from "../http/rate";
import { backoff, LONGEST_RETRY_AFTER } from "../http/retry";
import { noteWait } from "../waits";

export interface WriterOptions {
	/** How long a lost write is looked for before it is repeated. */
	readonly settleMs: number;
	readonly retryBaseMs: number;
	readonly clock?: Clock;
}

/** What a writer must know of one record; `Step` is whatever its kind needs. */
export interface Work<Step extends { readonly kind: string }> {
	readonly name: string;
	/** Assumed before the first look: what a caller who knows of nothing there may save. */
	readonly present: TargetRecord | undefined;
	readonly next: (present: TargetRecord | undefined, begun: boolean) => Step;
	/** Sends one request, and answers the record as the system says it is then; undefined: it must be looked at. */
	readonly take: (step: Step) => Promise<TargetRecord | undefined>;
	readonly look: () => Promise<TargetRecord | undefined>;
	/** Nothing is waited for once it says stop: there would be no next request. */
	readonly term: Term | undefined;
	/** Told of a failure of the system's that was got over. */
	readonly overloaded: () => void;
}

/** What may have come of a write so far. */
interface Effect {
	possible: boolean;
	/** As it was after the last step that was answered. */
	left: TargetRecord | undefined;
	/** Failures that speak of the system, if the record gets over them. */
	failures: number;
}

const HAS_CHANGED: ReadonlySet<string> = new Set(["conflict", "not-found"]);

/** Of a record that the system refuses, or has no time for, and of one that fails: the latter is judged by the lane. */
const TRIES = 4;
const FAILING_TRIES = 2;
const MOST_STEPS = 12;

export class Writer {
	readonly #settleMs: number;
	readonly #retryBaseMs: number;
	readonly #clock: Clock;

	constructor({ settleMs, retryBaseMs, clock = systemClock }: WriterOptions) {
		this.#settleMs = settleMs;
		this.#retryBaseMs = retryBaseMs;
		this.#clock = clock;
	}

	/** The record as it was said to be once nothing was left to do; undefined: it is gone, as asked. */
	async finish<Step extends { readonly kind: string }>(work: Work<Step>): Promise<TargetRecord | undefined> {
		const effect: Effect = { possible: false, left: undefined, failures: 0 };
		try {
			const made = await this.#steps(work, effect);
			if (effect.failures > 0) work.overloaded();
			return made;
		} catch (error) {
			if (!(error instanceof ConnectorError)) throw error;
			const { code, message, details } = error;
			if (!effect.possible) throw new ConnectorError(code, message, { ...details, untouched: true });
			throw new ConnectorError(code, message, details, effect.left);
		}
	}

	async #steps<Step extends { readonly kind: string }>(
		work: Work<Step>,
		effect: Effect
	): Promise<TargetRecord | undefined> {
		let { present } = work;
		let [begun, seen, failures] = [false, present !== undefined, 0];
		for (let steps = 0; steps < MOST_STEPS; steps++) {
			const step = work.next(present, begun);
			if (step.kind === "done" && seen) return present;
			if (step.kind === "done") {
				present = await lookedAt(work);
				seen = true;
				continue;
			}
			try {
				const answered = await work.take(step);
				effect.possible = true;
				present = answered ?? (await lookedAt(work));
				effect.left = present;
				[begun, seen] = [true, true];
			} catch (error) {
				failures += 1;
				note(effect, error);
				present = await this.#recover(work, step, error, { present, failures, begun });
				seen = true;
			}
		}
		throw new ConnectorError("unexpected-answer", `${work.name} does not come to be as asked, whatever is sent.`);
	}

	/** What is there after a failure that may be got over; anything else is thrown on. */
	async #recover<Step extends { readonly kind: string }>(
		work: Work<Step>,
		step: Step,
		error: unknown,
		{ present, failures, begun }: { present: TargetRecord | undefined; failures: number; begun: boolean }
	): Promise<TargetRecord | undefined> {
		if (!(error instanceof ConnectorError)) throw error;
		const { ambiguous, retryable, status } = error.details;
		// Taken, or gone since: as it is now.
		if (HAS_CHANGED.has(error.code) && failures < TRIES) return await lookedAt(work);
		if (!ambiguous && !retryable) throw error;
		let there = present;
		if (ambiguous) {
			there = status === undefined ? await this.#settled(work, step, begun) : await lookedAt(work);
			if (work.next(there, begun).kind !== step.kind) return there;
		}
		await this.#beforeRepeating(work, error, failures);
		return there;
	}

	async #beforeRepeating(work: { readonly term: Term | undefined }, error: ConnectorError, failures: number) {
		const { retryAfterMs = 0 } = error.details;
		const tries = error.code === "throttled" ? TRIES : FAILING_TRIES;
		if (failures >= tries || work.term?.over || retryAfterMs > LONGEST_RETRY_AFTER) throw error;
		const wait = Math.max(retryAfterMs, backoff(failures, this.#retryBaseMs));
		noteWait(error.message, wait);
		await this.#clock.sleep(wait);
	}

	/** Looks until the lost step shows, or long enough. */
	async #settled<Step extends { readonly kind: string }>(work: Work<Step>, step: Step, begun: boolean) {
		const until = this.#clock.now() + this.#settleMs;
		for (let pause = this.#settleMs / 16; ; pause *= 2) {
			const there = await lookedAt(work);
			const left = until - this.#clock.now();
			if (left <= 0 || work.term?.over || work.next(there, begun).kind !== step.kind) return there;
			await this.#clock.sleep(Math.min(pause, left));
		}
	}
}

function note(effect: Effect, error: unknown): void {
	effect.possible ||= mayHaveEffect(error);
	if (error instanceof ConnectorError && error.details.retryable) effect.failures += 1;
}

/** Only what was refused with an answer, or never sent, is known to have changed nothing. */
function mayHaveEffect(error: unknown): boolean {
	if (!(error instanceof ConnectorError) || error.details.ambiguous) return true;
	const { status = 0 } = error.details;
	return !(error.code === "stopped" || (status >= 400 && status < 500));
}

/** A look that fails leaves the write in doubt. */
async function lookedAt({
	look
}: {
	look: () => Promise<TargetRecord | undefined>;
}): Promise<TargetRecord | undefined> {
	try {
		return await look();
	} catch (error) {
		if (!(error instanceof ConnectorError)) throw error;
		throw new ConnectorError(error.code, error.message, { ...error.details, ambiguous: true });
	}
}
