/**
 * Work that somebody waits for: so much of one key and of all together, and no longer than they wait. What runs on by itself
 * is none of it.
 */

import type { Broker } from "../../../cluster";
import { failure } from "../../../cluster/errors";
import { LIMITS, type Limits } from "../../../contracts/platform/limits";
import type { Caller } from "../../../domain/migration/callers";

export class Waited {
	private readonly counts = new Map<string, number>();
	private readonly calls = new Map<string, AbortController>();
	/** Calls whose callers left before their work began. */
	private readonly early = new Set<string>();
	private all = 0;

	constructor(private readonly limits: Pick<Limits, "looks" | "looksEach">) {}

	/** @param work with a broker that asks nothing more once the caller has gone @throws LIMIT_REACHED · OVERLOADED · CALLER_LEFT */
	async for<T>(broker: Broker, caller: Caller | undefined, work: (broker: Broker) => Promise<T>): Promise<T> {
		if (caller === undefined) return work(broker);
		const { id, call } = caller;
		if (call !== undefined && this.early.delete(call)) throw gone();
		const mine = this.counts.get(id) ?? 0;
		if (mine >= this.limits.looksEach)
			throw failure("LIMIT_REACHED", `${LIMITS.looksEach.variable} is reached: wait until one of these has ended.`);
		if (this.all >= this.limits.looks)
			throw failure("OVERLOADED", `${LIMITS.looks.variable} is reached: ask again in a moment.`, {
				retryAfter: AGAIN_SECONDS
			});
		const leaving = new AbortController();
		this.counts.set(id, mine + 1);
		this.all++;
		if (call !== undefined) this.calls.set(call, leaving);
		try {
			return await work(whileThere(broker, leaving.signal));
		} finally {
			this.all--;
			const left = (this.counts.get(id) ?? 1) - 1;
			if (left > 0) this.counts.set(id, left);
			else this.counts.delete(id);
			if (call !== undefined) this.calls.delete(call);
		}
	}

	/** Whoever made this call has gone. */
	left(call: string): void {
		const work = this.calls.get(call);
		if (work) work.abort();
		else this.early.add(call);
		const [oldest] = this.early.size > MOST_EARLY ? this.early : [];
		if (oldest !== undefined) this.early.delete(oldest);
	}
}

/** Many more than leave within a moment. */
const MOST_EARLY = 1_000;

const AGAIN_SECONDS = 5;

const gone = () => failure("CALLER_LEFT", "Whoever asked has gone: nothing more is done for them.");

/** What is under way at a panel ends by itself; nothing new is asked. */
function whileThere(broker: Broker, signal: AbortSignal): Broker {
	const left = new Promise<never>((_, reject) =>
		signal.addEventListener("abort", () => reject(gone()), { once: true })
	);
	left.catch(() => undefined);
	const call = async (...asked: Parameters<Broker["call"]>): Promise<unknown> => {
		if (signal.aborted) throw gone();
		return Promise.race([broker.call(...asked), left]);
	};
	return Object.create(broker, { call: { value: call } }) as Broker;
}
