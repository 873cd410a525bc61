/** What is kept of plans, and how many that were never begun: so many of a key, and of all together. */

import type { Collection } from "../../../adapters/collection";
import { failure } from "../../../cluster/errors";
import { type Limits, settings } from "../../../contracts/migration/settings";
import type { Caller } from "../../../domain/migration/callers";
import type { PlannedDefinition } from "./planned";

const DAY_MS = 86_400_000;
/** How long what is known of other nodes' plans is believed, in ms. */
const FRESH_MS = 1_000;
/** How far the clocks of nodes may be apart, in ms: packets of one that is further away are refused. */
const SKEW_MS = 120_000;

/** A record without what was planned, which may be large. */
type Known = Omit<PlannedDefinition, "planned">;
const knownOf = ({ planned: _, ...known }: PlannedDefinition): Known => known;

export class Shelf {
	/** By name. All records are read once: how many there are is the callers' doing, and each look would cost all of them. */
	private known: Promise<Map<string, Known>> | undefined;
	private freshUntil = 0;

	constructor(
		private readonly definitions: Collection<PlannedDefinition>,
		private readonly begun: () => Promise<string[]>,
		private readonly limits: Pick<Limits, "plans" | "plansEach" | "planDays">,
		/** Other nodes keep plans in the same collection. */
		private readonly isShared = false
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
				`${settings[over.plansEach > going.length ? "plansEach" : "plans"].variable} is reached, with plans that are not begun: begin some of them, or raise it.`
			);
		for (const { name } of going) await this.remove(name);
	}

	/** Those that nobody approved and nobody asked for again for `planDays`. @returns how many there were */
	async sweep(now: number = Date.now()): Promise<number> {
		const before = new Date(now - this.limits.planDays * DAY_MS).toISOString();
		const old = (await this.notBegun()).filter(each => isLoose(each) && each.at !== undefined && each.at < before);
		for (const { name } of old) await this.remove(name);
		return old.length;
	}

	/** @param expected the version that it takes the place of; undefined: none. @throws Conflict · Duplicate */
	async keep(record: PlannedDefinition, expected: string | undefined): Promise<void> {
		if (expected === undefined) await this.definitions.insert(record);
		else await this.definitions.put(record, { expected });
		(await this.all()).set(record.name, knownOf(record));
	}

	/** By name. */
	async all(): Promise<Map<string, Known>> {
		this.known ??= this.read().catch((error: unknown) => {
			this.known = undefined;
			throw error;
		});
		const known = await this.known;
		if (this.isShared) await this.refresh(known);
		return known;
	}

	private async read(): Promise<Map<string, Known>> {
		const known = new Map<string, Known>();
		for await (const record of this.definitions.each()) known.set(record.name, knownOf(record));
		return known;
	}

	/** What other nodes keep and remove: what is new is read, and all of it where something is gone. */
	private async refresh(known: Map<string, Known>): Promise<void> {
		if (performance.now() < this.freshUntil) return;
		this.freshUntil = performance.now() + FRESH_MS;
		const newest = [...known.values()].reduce((last, { at = "" }) => (at > last ? at : last), "");
		const since = newest === "" ? "" : new Date(Date.parse(newest) - SKEW_MS).toISOString();
		for await (const record of this.definitions.each({ at: { $gte: since } }, { sort: "at" }))
			known.set(record.name, knownOf(record));
		if ((await this.definitions.count()) === known.size) return;
		const all = await this.read();
		known.clear();
		for (const [name, each] of all) known.set(name, each);
	}

	private async remove(name: string): Promise<void> {
		await this.definitions.remove(name);
		(await this.all()).delete(name);
	}

	private async notBegun(): Promise<Known[]> {
		const begun = new Set(await this.begun());
		return [...(await this.all()).values()].filter(({ name }) => !begun.has(name));
	}
}

/** Planned by a key that may only plan. */
const isLoose = ({ approved, by }: Known): boolean => approved === undefined && by?.runs === false;
const byAge = ({ at: a = "" }: Known, { at: b = "" }: Known): number => (a < b ? -1 : 1);
