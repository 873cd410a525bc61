/**
 * The writes of one stream: so many at once, and each failure judged (L28). A record that fails while the panel answers
 * is put aside, out of the way of the others, and tried once more when another one has gone well, or when none has for
 * as long as a short outage takes. What fails then is the record's own, and says nothing of the pace. A panel that does
 * not answer is away: that is the run's to wait for.
 */

import { ConnectorError, type Term } from "../connector";
import type { Concurrency } from "../http/concurrency";
import { type Clock, systemClock } from "../http/rate";

export interface WellbeingOptions {
	/** Does the system answer anything? */
	readonly isWell: () => Promise<boolean>;
	/** How long no record must go well before the next failures are the records' own all the same. */
	readonly outageMs: number;
	readonly clock?: Clock;
}

/** What all streams of a system learn of it from their records. */
export class Wellbeing {
	readonly isWell: () => Promise<boolean>;
	readonly #outageMs: number;
	readonly #clock: Clock;
	#passed = 0;
	#failingSince: number | undefined;

	constructor({ isWell, outageMs, clock = systemClock }: WellbeingOptions) {
		this.isWell = isWell;
		this.#outageMs = outageMs;
		this.#clock = clock;
	}

	get passed(): number {
		return this.#passed;
	}

	pass(): void {
		this.#passed += 1;
		this.#failingSince = undefined;
	}

	fail(): void {
		this.#failingSince ??= this.#clock.now();
	}

	/** Until a record has gone well since `passed`, or none has for long enough. */
	async evidence(passed: number, term: Term | undefined): Promise<void> {
		for (;;) {
			const left = this.#outageMs - (this.#clock.now() - (this.#failingSince ?? this.#clock.now()));
			if (this.#passed > passed || left <= 0 || term?.over) return;
			await this.#clock.sleep(Math.min(100, left));
		}
	}
}

export class Lane {
	readonly #concurrency: Concurrency;
	readonly #wellbeing: Wellbeing;

	constructor(concurrency: Concurrency, wellbeing: Wellbeing) {
		this.#concurrency = concurrency;
		this.#wellbeing = wellbeing;
	}

	get stats() {
		return this.#concurrency.stats;
	}

	/** A failure of the panel's that a record met, and got over or not. */
	failed(): void {
		this.#concurrency.failed();
	}

	/** @param attempt told whether it was tried before: then what stands there must be looked at */
	async run<T>(term: Term | undefined, attempt: (again: boolean) => Promise<T>): Promise<T> {
		try {
			return await this.#first(attempt);
		} catch (error) {
			if (!(error instanceof ConnectorError)) throw error;
			if (error.code === "throttled") this.failed();
			if (isForbidden(error)) throw await this.#forbidden(error);
			if (!mayBeItsOwn(error)) throw error;
			await this.#aside(error, term);
			return await this.#last(error, term, attempt);
		}
	}

	async #first<T>(attempt: (again: boolean) => Promise<T>): Promise<T> {
		const done = await this.#concurrency.run(() => attempt(false));
		this.#wellbeing.pass();
		return done;
	}

	async #aside(error: ConnectorError, term: Term | undefined): Promise<void> {
		const { passed } = this.#wellbeing;
		this.#wellbeing.fail();
		await this.#unlessAway(error, term);
		await this.#wellbeing.evidence(passed, term);
		if (term?.over) throw stopped(error);
	}

	async #last<T>(first: ConnectorError, term: Term | undefined, attempt: (again: boolean) => Promise<T>): Promise<T> {
		try {
			const done = await this.#concurrency.run(() => attempt(true));
			this.#wellbeing.pass();
			this.failed();
			return done;
		} catch (error) {
			if (!(error instanceof ConnectorError)) throw error;
			const doubtful = isLost(first) ? inDoubt(error) : error;
			if (isForbidden(doubtful)) throw await this.#forbidden(doubtful);
			if (!mayBeItsOwn(doubtful)) throw doubtful;
			this.#wellbeing.fail();
			await this.#unlessAway(doubtful, term);
			throw own(doubtful);
		}
	}

	/** Said to one request of an account that may do all: it is about that request. */
	async #forbidden(error: ConnectorError): Promise<ConnectorError> {
		const { message, details, left } = error;
		return (await this.#wellbeing.isWell()) ? new ConnectorError("refused", message, details, left) : error;
	}

	async #unlessAway(error: ConnectorError, term: Term | undefined): Promise<void> {
		if (term?.over) throw stopped(error);
		if (await this.#wellbeing.isWell()) return;
		this.failed();
		throw error;
	}
}

/** 403 of a proxy that dislikes a name; 404 of a user whom somebody removed meanwhile. */
const isForbidden = ({ details: { status } }: ConnectorError): boolean => status === 403 || status === 404;

/** A 5xx, a reset, no answer in time: of the record or of the panel. */
const mayBeItsOwn = ({ code, details }: ConnectorError): boolean =>
	details.retryable === true && (code === "broken" || code === "unreachable");

const isLost = ({ details }: ConnectorError): boolean => details.ambiguous === true && details.status === undefined;

/** What an earlier attempt sent may still come to be. */
function inDoubt({ code, message, details, left }: ConnectorError): ConnectorError {
	const { untouched, ...known } = details;
	return new ConnectorError(code, message, { ...known, ambiguous: true }, left);
}

const own = ({ message, details, left }: ConnectorError): ConnectorError =>
	new ConnectorError(
		"broken",
		`${message} The panel is well and this fails again.`,
		{ ...details, retryable: false },
		left
	);

const stopped = ({ message, details, left }: ConnectorError): ConnectorError =>
	new ConnectorError("stopped", `Stopped after a failure: ${message}`, details, left);
