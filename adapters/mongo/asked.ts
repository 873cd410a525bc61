/** What was asked of a store and is not answered yet: whoever closes it waits for that. */

import { told } from "./faults";
import { PATIENCE_MS, patience, patiently } from "./patience";

export class Asked {
	private readonly underWay = new Set<Promise<unknown>>();

	/** @param what names the store in errors */
	constructor(private readonly what: string) {}

	/** Until it is answered, or for as long as an election takes. @throws the store's own errors */
	ask<T>(question: (untilMs: number) => Promise<T>): Promise<T> {
		const untilMs = patience();
		return this.track(patiently(() => question(untilMs), untilMs));
	}

	/** @throws the store's own errors */
	async track<T>(asking: Promise<T>): Promise<T> {
		this.underWay.add(asking);
		try {
			return await asking;
		} catch (error) {
			throw told(this.what, error, PATIENCE_MS);
		} finally {
			this.underWay.delete(asking);
		}
	}

	async answered(): Promise<void> {
		await Promise.allSettled(this.underWay);
	}
}
