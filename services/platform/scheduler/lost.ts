/**
 * Which runs are lost: whoever is at one changes the job's record again and again. That it did not is seen by one's own clock alone, which
 * runs evenly; what the clocks of two nodes show is never compared.
 */

import type { Versioned } from "../../../adapters/collection";
import type { KeptJob } from "../../../domain/platform/jobs/records";

interface Seen {
	readonly version: string;
	readonly since: number;
}

export class Lost {
	private readonly seen = new Map<string, Seen>();

	/**
	 * @param alone no other process has this store: what another one held is lost
	 * @param holder this process
	 */
	constructor(
		private readonly leaseMs: number,
		private readonly alone: boolean,
		private readonly holder: string
	) {}

	/** @param now by `performance.now` */
	isLost({ record: { id, holding }, version }: Versioned<KeptJob>, now: number): boolean {
		if (!holding || holding.holder === this.holder) return false;
		if (this.alone) return true;
		const before = this.seen.get(id);
		if (before?.version === version) return now - before.since > this.leaseMs;
		this.seen.set(id, { version, since: now });
		return false;
	}
}
