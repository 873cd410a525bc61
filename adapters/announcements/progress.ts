/** How far a service came, where it keeps nothing itself; and from where on each listens at all. */

import { randomUUID } from "node:crypto";
import { type EventStore, NEW, VersionConflict } from "../eventstore";
import { PROGRESS } from "./entry";
import type { Inbox, Received } from "./inbox";

interface Kept {
	/** By partition. */
	readonly passed: Readonly<Record<string, number>>;
}

/**
 * Kept beside what is announced. Nothing is kept with an effect: whoever is killed in between, or takes over meanwhile, has
 * it delivered again. Each append has all of it, so only the last one is read.
 */
export class Progress implements Inbox {
	private readonly stream: string;

	constructor(
		private readonly store: EventStore,
		service: string
	) {
		this.stream = PROGRESS + service;
	}

	/** Where all was when the service first listened: it hears what was announced since. */
	async since(): Promise<number> {
		for await (const { position } of this.store.read(this.stream)) return Number(position);
		try {
			const begun = await this.store.append(this.stream, NEW, [{ type: "listens", data: {} }], "listens");
			return Number(begun.position);
		} catch (error) {
			if (error instanceof VersionConflict) return this.since();
			throw error;
		}
	}

	async received(): Promise<Received> {
		return { passed: (await this.look()).passed, beyond: new Set() };
	}

	async pass(marks: ReadonlyMap<number, number>): Promise<void> {
		for (;;) {
			const { version, passed } = await this.look();
			for (const [partition, position] of marks) passed.set(partition, Math.max(position, passed.get(partition) ?? 0));
			const data: Kept = { passed: Object.fromEntries(passed) };
			try {
				await this.store.append(this.stream, version, [{ type: "passed", data }], randomUUID());
				return;
			} catch (error) {
				if (!(error instanceof VersionConflict)) throw error;
			}
		}
	}

	private async look(): Promise<{ readonly version: string; readonly passed: Map<number, number> }> {
		const [last] = await this.store.last(this.stream);
		const { passed = {} } = (last?.event.data ?? {}) as Partial<Kept>;
		const marks = Object.entries(passed).map(([partition, position]) => [Number(partition), position] as const);
		return { version: last?.version ?? NEW, passed: new Map(marks) };
	}
}
