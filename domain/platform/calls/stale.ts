/** The last good answers of a node: given again, with their age, while nobody answers. Pure. */

import { ByteCache } from "../../byte-cache";
import { canonical } from "../../canonical";

/** An answer and when it was given. */
export interface Stale {
	readonly answer: unknown;
	/** In ms, by the clock of whoever keeps it. */
	readonly at: number;
}

/** Where they are kept. */
export interface StaleAnswers {
	get(key: string): Stale | undefined;
	put(key: string, answer: unknown, now: number): void;
}

/** How old what is kept may be until it is kept anew, in ms: to know how large each one is costs something. */
const FRESH_MS = 1_000;

/** In this process's memory, the longest unused go. */
export class StaleInMemory implements StaleAnswers {
	private readonly kept: ByteCache<Stale>;

	constructor(private readonly mostBytes: number) {
		this.kept = new ByteCache(mostBytes);
	}

	get(key: string): Stale | undefined {
		return this.kept.get(key);
	}

	put(key: string, answer: unknown, now: number): void {
		const known = this.kept.get(key);
		if (known && now - known.at < FRESH_MS) return;
		const bytes = key.length + (JSON.stringify(answer)?.length ?? 0);
		if (bytes <= this.mostBytes) this.kept.set(key, { answer, at: now }, bytes);
		else this.kept.delete(key);
	}
}

/** Whoever may do the same, and nobody else, would have got the same answer. */
export const staleKey = (action: string, params: unknown, scopes: readonly string[]): string =>
	canonical([action, (params ?? {}) as never, [...scopes].sort()]);

/** What may be given again now. */
export function staleAnswer(
	answers: StaleAnswers,
	key: string,
	maxAgeMs: number,
	now: number
): { readonly answer: unknown; readonly seconds: number } | undefined {
	const kept = answers.get(key);
	if (!kept || now - kept.at > maxAgeMs) return undefined;
	return { answer: kept.answer, seconds: Math.ceil((now - kept.at) / 1000) };
}
