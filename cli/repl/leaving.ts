/** Work of which nothing more is waited for once its signal says so: a line that somebody left by Ctrl-C. */

import { AsyncLocalStorage } from "node:async_hooks";

const waiting = new AsyncLocalStorage<AbortSignal>();

/** What somebody left says nothing more. */
export class Left extends Error {
	override readonly name = "Left";
}

export const leaveable = <T>(signal: AbortSignal, work: () => T): T => waiting.run(signal, work);

/** True once the work at hand was left. */
export const isLeft = (): boolean => waiting.getStore()?.aborted === true;

/** Begins nothing and waits for nothing once it was left. */
export function unlessLeft<T>(work: () => Promise<T>): Promise<T> {
	const signal = waiting.getStore();
	if (!signal) return work();
	const left = new Promise<never>((_, reject) => {
		if (signal.aborted) reject(new Left());
		else signal.addEventListener("abort", () => reject(new Left()), { once: true });
	});
	return signal.aborted ? left : Promise.race([work(), left]);
}
