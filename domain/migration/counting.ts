/** What a batch changes in the counts of its stream. Pure. */

import type { Intent, Outcome, Result, UndoneRecord } from "../../contracts/migration/records";
import { nth } from "../there";
import type { Counted } from "./events";
import { noOutcomes } from "./run";
import { addLost, addTally, type Lost, lostBy } from "./tally";

/** What the run said of a record before this batch; undefined when it is new. */
export type PriorOutcomes = (id: string) => Said | undefined;
interface Said {
	readonly outcome: Outcome;
	readonly category?: string;
	readonly lost: Lost;
	/** Its name at the target is taken by it. */
	readonly named: boolean;
}
export const NEW_RECORDS: PriorOutcomes = () => undefined;

type Counting = Counted & Required<Pick<Counted, "acts">>;

const noCounts = (): Counting => ({
	ids: [],
	moved: [],
	claimed: [],
	held: [],
	removed: [],
	outcomes: noOutcomes(),
	quarantine: {},
	losses: {},
	acts: []
});

/** What a batch changes in the counts: the new outcome of each record, less what was said of it before. */
export function count(intents: readonly Intent[], results: readonly Result[], before: PriorOutcomes): Counted {
	const counted = noCounts();
	for (const [index, result] of results.entries()) {
		const intent = nth(intents, index);
		const said = before(intent.id);
		if (said) takeBack(counted, said);
		if (!said || said.outcome === "removed") counted.ids.push(intent.id);
		counted.outcomes[result.outcome]++;
		place(counted, intent, result);
		countLosses(counted, intent, result, said?.lost ?? []);
	}
	return counted;
}

function takeBack(counted: Counting, { outcome, category, lost }: Said): void {
	counted.outcomes[outcome]--;
	addLost(counted.losses, lost, -1);
	if (category !== undefined) addTally(counted.quarantine, { [category]: { count: -1 } });
}

function place(counted: Counting, { id, target }: Intent, result: Result): void {
	const { outcome, quarantine, inDoubt, lacks } = result;
	if (quarantine) {
		counted.held.push([id, quarantine.category]);
		addTally(counted.quarantine, { [quarantine.category]: { count: 1 } });
	}
	// What may stand there by us keeps its name for its own record (L9).
	if ((inDoubt || lacks) && target) counted.claimed.push(target.name);
	if (outcome === "quarantined" || !target) return;
	if (outcome === "skipped") counted.claimed.push(target.name);
	else counted.moved.push([id, target.name]);
}

function countLosses(counted: Counting, intent: Intent, result: Result, before: Lost): void {
	const lost = lostBy(intent, result);
	addLost(counted.losses, lost, 1);
	const [acts, actsBefore] = [lost, before].map(all => all.filter(([, severity]) => severity === "act"));
	if (acts && actsBefore && acts.length + actsBefore.length > 0)
		counted.acts.push([intent.id, acts.map(([code]) => code)]);
}

/** Counts for records that went from the source, and are not at the target by us any more. */
export function countRemoved(
	removed: readonly Pick<UndoneRecord, "id" | "name">[],
	before: PriorOutcomes
): Counted & { readonly released: string[] } {
	const released = removed.filter(({ id }) => before(id)?.named).map(({ name }) => name);
	const counted = { ...noCounts(), released };
	for (const { id } of removed) {
		const said = before(id);
		if (said) takeBack(counted, said);
		if (said && said.lost.length > 0) counted.acts.push([id, []]);
		counted.outcomes.removed++;
		counted.removed.push(id);
	}
	return counted;
}
