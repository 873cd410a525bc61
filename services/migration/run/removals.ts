/**
 * Follows what went from the source: takes away at the target what two listings in a row did not name (L3), where what
 * stands there is still ours. More at once than the definition allows wait for a word of the operator's. What cannot be
 * taken away is left, with the reason: it is tried once a comparison, not for ever (L32).
 */

import type { Difference, UndoneRecord } from "../../../contracts/migration/records";
import { AWAITS, removalsAllowed, STOOD_BEFORE, UNSEEN_ONCE } from "../../../domain/migration/removals";
import type { StreamRun } from "../../../domain/migration/run";
import { oneApplier } from "./batch";
import { heldBy } from "./holders";
import { type Known, undoable } from "./known";
import type { Workplace } from "./place";

/** What became of the records that a whole listing did not name. */
export interface Gone {
	/** Not at the target any more, or never there by us. */
	readonly removed: readonly UndoneRecord[];
	/** Their ids wait for a word of the operator's. */
	readonly waiting: readonly string[];
	/** `[id, reason]` of what cannot be taken away. */
	readonly left: readonly [string, string][];
	/** All that is still there, each with the reason. */
	readonly differences: readonly Difference[];
}

type KnownRecords = ReadonlyMap<string, Known>;

export async function takeAway(
	place: Workplace,
	stream: StreamRun,
	absent: readonly string[],
	known: KnownRecords
): Promise<Gone> {
	const { absentBefore, leftBefore } = stream.comparison;
	const before = new Set(absentBefore);
	const confirmed = absent.filter(id => before.has(id) && !leftBefore.has(id));
	const { never, theirs, stood, ours, records } = await sorted(place, stream, confirmed, known);
	const allowed = removalsAllowed(place.run);
	const waiting = ours.length > allowed ? ours : [];
	const undone = waiting.length > 0 ? [] : await remove(place, stream, records);
	const stuck = undone.filter(({ outcome }) => outcome !== "restored");
	const left: [string, string][] = [
		...[...leftBefore].filter(([id]) => absent.includes(id)),
		...theirs.map(([id, holder]): [string, string] => [id, heldBy(holder)]),
		...stood.left.map((id): [string, string] => [id, STOOD_BEFORE]),
		...stuck.map(({ id, reason }): [string, string] => [id, reason ?? CHANGED])
	];
	const removed = [
		...never.map(id => done(id, known, NEVER_OURS)),
		...stood.removed,
		...undone.filter(({ outcome }) => outcome === "restored")
	];
	const reasons = new Map([...left, ...waiting.map((id): [string, string] => [id, AWAITS(place.run, waiting.length)])]);
	const gone = new Set(removed.map(({ id }) => id));
	const differences = absent
		.filter(id => !gone.has(id))
		.map((id): Difference => {
			const reason = reasons.get(id) ?? UNSEEN_ONCE(place.run);
			return { id, name: known.get(id)?.name ?? "", kind: "gone", fields: [], reason };
		});
	return { removed, waiting, left, differences };
}

interface Sorted {
	readonly never: readonly string[];
	/** `[id, migration]`, held by a later one (L33). */
	readonly theirs: readonly [string, string][];
	readonly stood: Awaited<ReturnType<typeof standing>>;
	readonly ours: readonly string[];
	/** Of these, as an undo asks for them. */
	readonly records: ReturnType<typeof undoable>;
}

/** By whose they are at the target. */
async function sorted(
	place: Workplace,
	stream: StreamRun,
	ids: readonly string[],
	known: KnownRecords
): Promise<Sorted> {
	const isOurs = (id: string): boolean => stream.moved.has(id) || known.get(id)?.begun === true;
	const held = ids.length > 0 ? await place.holders(stream.stream) : new Map<string, string>();
	const theirs = ids.flatMap((id): [string, string][] => {
		const holder = isOurs(id) ? held.get(known.get(id)?.name ?? "") : undefined;
		return holder === undefined ? [] : [[id, holder]];
	});
	const given = new Set(theirs.map(([id]) => id));
	const mine = ids.filter(id => isOurs(id) && !given.has(id));
	const stand = mine.filter(id => stoodBefore(id, known));
	const made = stand.length > 0 ? await place.madeBefore(stream.stream) : new Set<string>();
	const inherited = stand.filter(id => made.has(known.get(id)?.name ?? ""));
	const before = stand.filter(id => !inherited.includes(id));
	const own = mine.filter(id => !stoodBefore(id, known));
	return {
		never: ids.filter(id => !isOurs(id)),
		theirs,
		stood: await standing(place, stream, before, known),
		ours: [...own, ...inherited],
		records: [...undoable(own, known), ...inherited.flatMap(id => asMade(id, known.get(id)))]
	};
}

const NEVER_OURS = "Gone from the source before it was moved: nothing of it is at the target by us.";
const CHANGED =
	"It went from the source, and others changed it at the target since we wrote it: it is left as they made it.";

const NOT_THERE = "Gone from the source, and from the target, where it stood before this migration.";

const done = (id: string, known: KnownRecords, reason?: string): UndoneRecord => ({
	id,
	name: known.get(id)?.name ?? "",
	outcome: "restored",
	...(reason !== undefined && { reason })
});

/** What an earlier migration made is taken away as if this one had. */
const asMade = (id: string, known: Known | undefined): ReturnType<typeof undoable> =>
	known === undefined
		? []
		: [{ id, name: known.name, before: null, ...(known.ours !== undefined && { ours: known.ours }) }];

const stoodBefore = (id: string, known: KnownRecords): boolean => (known.get(id)?.before ?? null) !== null;

/** Who stood there before the migration is not ours to take away; whoever is not there any more needs it no longer. */
async function standing(
	{ broker, run }: Workplace,
	{ stream }: StreamRun,
	ids: readonly string[],
	known: KnownRecords
): Promise<{ left: string[]; removed: UndoneRecord[] }> {
	if (ids.length === 0) return { left: [], removed: [] };
	const names = ids.map(id => known.get(id)?.name ?? "");
	const found = await broker.call("importer.find", { connection: run.definition.target, stream, names });
	const there = new Set(found.map(({ name }) => name));
	const left = ids.filter((_, index) => there.has(names[index] as string));
	return { left, removed: ids.filter(id => !left.includes(id)).map(id => done(id, known, NOT_THERE)) };
}

async function remove(
	{ applier, run, lease }: Workplace,
	{ stream }: StreamRun,
	records: ReturnType<typeof undoable>
): Promise<UndoneRecord[]> {
	if (records.length === 0) return [];
	const call = { connection: run.definition.target, stream, records };
	return oneApplier(lease(), (held, timeout) => applier.undo({ ...call, lease: held }, timeout));
}
