/** A steady load: so many requests a second begin, however long those before them take. */

import { type Answer, type Ask, type Client, codeOf } from "./client";
import type { Books, Work } from "./kinds";
import type { Sample } from "./verdict";
import { turnsOf, WORK } from "./work";

const TICK_MS = 20;

export class Load {
	readonly samples: Sample[] = [];
	#nth = 0;
	#under = 0;
	#timer: NodeJS.Timeout | undefined;
	readonly #began = performance.now();
	readonly #turns = turnsOf(WORK);

	constructor(
		private readonly client: Client,
		private readonly books: Books,
		private readonly perSecond: number
	) {}

	/** In ms since the load was made. */
	get now(): number {
		return performance.now() - this.#began;
	}

	/** How many are under way. */
	get under(): number {
		return this.#under;
	}

	start(): void {
		const [began, before] = [this.now, this.#nth];
		this.#timer = setInterval(() => {
			const due = before + Math.floor(((this.now - began) * this.perSecond) / 1000);
			while (this.#nth < due) this.begin(this.#nth++);
		}, TICK_MS);
	}

	stop(): void {
		clearInterval(this.#timer);
	}

	private begin(nth: number): void {
		const work = this.#turns[nth % this.#turns.length] as Work;
		const job = work.ask(this.books, nth);
		if (job) void this.one(work, job);
	}

	private async one(work: Work, { ask, name }: NonNullable<ReturnType<Work["ask"]>>): Promise<void> {
		const begun = this.now;
		this.#under++;
		const { tries, answer, why } = await this.client.ask(ask);
		this.#under--;
		const good = answer !== null && work.good.includes(answer.status);
		if (good) work.answered?.(this.books, name, answer);
		const outcome = good ? "answered" : mayEndUnknown(work, ask, answer) ? "unknown" : "failed";
		if (outcome === "unknown") work.unknown?.(this.books, name);
		const last = good ? why : answer ? `${answer.status} ${JSON.stringify(answer.body).slice(0, 200)}` : why;
		this.samples.push({ kind: work.kind, begun, ended: this.now, tries, outcome, why: last });
	}
}

const CUT_OFF: ReadonlySet<string> = new Set(["IDEMPOTENCY_RUNNING", "IDEMPOTENCY_UNKNOWN"]);

/** Without a key nobody asks again; under one that only keeps it from being done twice, the cluster says that nobody knows. */
const mayEndUnknown = ({ onceAtMost }: Work, { again }: Ask, answer: Answer | null): boolean =>
	again === false || (onceAtMost === true && (answer === null || CUT_OFF.has(codeOf(answer))));
