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
	 * Room for one more of this caller: their oldest go that nobody may run by their names alone. One that may be is kept,
	 * since old links are led to it. The operator's own command always finds room.
	 * @throws LIMIT_REACHED
	 */
	async makeRoom(caller: Caller | undefined): Promise<void> {
		if (caller === undefined) return;
		const kept = await this.notBegun();
		const mine = kept.filter(({ by }) => by?.key === caller.id);
		const over = { plansEach: mine.length - this.limits.plansEach + 1, plans: kept.length - this.limits.plans + 1 };
		const most = Math.max(0, over.plansEach, over.plans);
		const going = mine.filter(isLoose).sort(byAge).slice(0, most);
		if (going.length < most)
			throw failure(
				"LIMIT_REACHED",
				`${LIMITS[over.plansEach > going.length ? "plansEach" : "plans"].variable} is reached, with plans that are not begun: begin some of them, or raise it.`
			);
		for (const { name } of going) await this.definitions.remove(name);
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
