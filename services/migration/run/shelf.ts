/** How many plans are kept that were never begun: so many of a key, and of all together. */

import { failure } from "../../../cluster/errors";
import { LIMITS, type Limits } from "../../../contracts/platform/limits";
import type { Caller } from "../../../domain/migration/callers";
import type { Collection } from "../../../mixins/collection.mixin";
import type { PlannedDefinition } from "./planned";

const DAY_MS = 86_400_000;

export class Shelf {
	constructor(
		private readonly definitions: Collection<PlannedDefinition>,
		private readonly begun: () => Promise<string[]>,
		private readonly limits: Pick<Limits, "plans" | "plansEach" | "planDays">
	) {}

	/**
	 * Room for one more of this caller: their oldest goes that nobody may run by its name alone. One that may be is kept,
	 * since old links are led to it. The operator's own command always finds room.
	 * @throws LIMIT_REACHED
	 */
	async makeRoom(caller: Caller | undefined): Promise<void> {
		if (caller === undefined) return;
		const kept = await this.notBegun();
		const mine = kept.filter(({ by }) => by?.key === caller.id);
		const [full] = [
			...(mine.length >= this.limits.plansEach ? (["plansEach"] as const) : []),
			...(kept.length >= this.limits.plans ? (["plans"] as const) : [])
		];
		if (full === undefined) return;
		const [oldest] = mine.filter(isLoose).sort(byAge);
		if (oldest) await this.definitions.remove(oldest.name);
		else
			throw failure(
				"LIMIT_REACHED",
				`${LIMITS[full].variable} is reached, with plans that are not begun: begin some of them, or raise it.`
			);
	}

	/** Those that nobody approved and nobody asked for again for `planDays`. */
	async sweep(now: number = Date.now()): Promise<void> {
		const before = new Date(now - this.limits.planDays * DAY_MS).toISOString();
		for (const each of await this.notBegun())
			if (isLoose(each) && each.at !== undefined && each.at < before) await this.definitions.remove(each.name);
	}

	private async notBegun(): Promise<PlannedDefinition[]> {
		const begun = new Set(await this.begun());
		return (await this.definitions.find({})).filter(({ name }) => !begun.has(name));
	}
}

/** Planned by a key that may only plan. */
const isLoose = ({ approved, by }: PlannedDefinition): boolean => approved === undefined && by?.runs === false;
const byAge = ({ at: a = "" }: PlannedDefinition, { at: b = "" }: PlannedDefinition): number => (a < b ? -1 : 1);
