/** The gauges of migrations, kept up to date as runs go on: whoever reads them asks nobody, and nothing is folded for it. */

import type { Broker } from "../../../cluster";
import type { Status } from "../../../contracts/migration/migration";
import { gaugesOf } from "../../../domain/migration/gauges";

/** What comes within this time is told together, in ms. */
const TOGETHER_MS = 500;

export class Gauges {
	private readonly statuses = new Map<string, Status>();
	private readonly due = new Set<string>();
	private telling: NodeJS.Timeout | undefined;

	/** @param look where a migration stands; undefined where there is none of that name here */
	constructor(
		private readonly metrics: Broker["metrics"],
		private readonly look: (name: string) => Promise<Status | undefined>
	) {}

	/** There may be something new of it. */
	changed(name: string): void {
		this.due.add(name);
		this.telling ??= setTimeout(() => void this.tell(), TOGETHER_MS).unref();
	}

	end(): void {
		clearTimeout(this.telling);
	}

	private async tell(): Promise<void> {
		this.telling = undefined;
		const names = [...this.due];
		this.due.clear();
		for (const name of names) {
			// A store that cannot be read now is told of by whoever needs it.
			const status = await this.look(name).catch(() => this.statuses.get(name));
			if (status) this.statuses.set(name, status);
			else this.statuses.delete(name);
		}
		this.publish();
	}

	private publish(): void {
		for (const { name, values } of gaugesOf([...this.statuses.values()])) {
			// A phase that is over, and what is in no tally any more, is no sample.
			this.metrics.getMetric(name)?.clear();
			for (const { labels, value } of values) this.metrics.set(name, value, labels);
		}
	}
}
