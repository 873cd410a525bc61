/**
 * Follows what went from the source: takes away at the target what two listings in a row did not name (L3), where what
 * stands there is still ours. More at once than the definition allows wait for a word of the operator's. What cannot be
 * taken away is left, with the reason: it is tried once a comparison, not for ever (L32).
 */

import type { UndoneRecord } from "../../../contracts/migration/records";
import type { Known } from "../../../domain/migration/known";
import { removalsAllowed, STOOD_BEFORE } from "../../../domain/migration/removals";
import type { StreamRun } from "../../../domain/migration/run";
import { oneApplier } from "./batch";
import { heldBy } from "./holders";
import { undoable } from "./known";
import type { RunContext } from "./run-context";

/** What a whole listing did not name, and is still there. */
export interface Gone {
	/** All of them. */
	readonly absent: readonly string[];
	/** Of these, where others wait, those that one listing alone did not name. */
	readonly once: readonly string[];
	/** Of these, `[id, reason]` of what cannot be taken away. */
	readonly left: readonly [string, string][];
	/** All that is neither waits for a word of the operator's. */
	readonly holds: boolean;
}

type KnownRecords = ReadonlyMap<string, Known>;
/** Counts records that are not at the target any more, or never were by us. */
type Settle = (removed: readonly UndoneRecord[]) => Promise<void>;

export async function takeAway(
	context: RunContext,
	stream: StreamRun,
	absent: readonly string[],
	known: KnownRecords,
	settle: Settle
): Promise<Gone> {
	const { absentBefore, leftBefore } = stream.comparison;
	const [before, named] = [new Set(absentBefore), new Set(absent)];
	const confirmed = absent.filter(id => before.has(id) && !leftBefore.has(id));
	const { never, theirs, stood, records } = await sorted(context, stream, confirmed, known);
	const holds = records.length > removalsAllowed(context.run);
	const away = new Set<string>();
	const { batch } = context.run.definition;
	const gone = async (removed: readonly UndoneRecord[]): Promise<void> => {
		for (const part of parts(removed, batch.records)) await settle(part);
		for (const { id } of removed) away.add(id);
	};
	await gone([...never.map(id => done(id, known, NEVER_OURS)), ...stood.removed]);
	const left: [string, string][] = [
		...[...leftBefore].filter(([id]) => named.has(id)),
		...theirs.map(([id, holder]): [string, string] => [id, heldBy(holder)]),
		...stood.left.map((id): [string, string] => [id, STOOD_BEFORE])
	];
	// Batch by batch, so that each ends within the lease and is counted once it is done.
	for (const part of holds ? [] : parts(records, batch.records)) {
		const undone = await remove(context, stream, part);
		await gone(undone.filter(({ outcome }) => outcome === "restored"));
		for (const { id, outcome, reason } of undone) if (outcome !== "restored") left.push([id, reason ?? CHANGED]);
	}
	const tried = new Set(confirmed);
	const isOnce = (id: string): boolean => !tried.has(id) && !leftBefore.has(id);
	return { absent: absent.filter(id => !away.has(id)), once: holds ? absent.filter(isOnce) : [], left, holds };
}

function* parts<T>(items: readonly T[], size: number): Generator<T[]> {
	for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

interface Sorted {
	readonly never: readonly string[];
	/** `[id, migration]`, held by a later one (L33). */
	readonly theirs: readonly [string, string][];
	readonly stood: Awaited<ReturnType<typeof standing>>;
	/** Ours to take away, as an undo asks for them. */
	readonly records: ReturnType<typeof undoable>;
}

/** By whose they are at the target. */
async function sorted(
	context: RunContext,
	stream: StreamRun,
	ids: readonly string[],
	known: KnownRecords
): Promise<Sorted> {
	const isOurs = (id: string): boolean => stream.moved.has(id) || known.get(id)?.begun === true;
	const held = ids.length > 0 ? await context.holders(stream.stream) : new Map<string, string>();
	const theirs = ids.flatMap((id): [string, string][] => {
		const holder = isOurs(id) ? held.get(known.get(id)?.name ?? "") : undefined;
		return holder === undefined ? [] : [[id, holder]];
	});
	const given = new Set(theirs.map(([id]) => id));
	const mine = ids.filter(id => isOurs(id) && !given.has(id));
	const stand = mine.filter(id => stoodBefore(id, known));
	const made = stand.length > 0 ? await context.madeBefore(stream.stream) : new Set<string>();
	const inherited = stand.filter(id => made.has(known.get(id)?.name ?? ""));
	const before = stand.filter(id => !inherited.includes(id));
	const own = mine.filter(id => !stoodBefore(id, known));
	return {
		never: ids.filter(id => !isOurs(id)),
		theirs,
		stood: await standing(context, stream, before, known),
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
	{ broker, run }: RunContext,
	{ stream }: StreamRun,
	ids: readonly string[],
	known: KnownRecords
): Promise<{ left: string[]; removed: UndoneRecord[] }> {
	if (ids.length === 0) return { left: [], removed: [] };
	const names = ids.map(id => known.get(id)?.name ?? "");
	const found = await broker.call("importer.find", { connection: run.definition.target, stream, names });
	const there = new Set(found.map(({ name }) => name));
	const left = ids.filter((_, index) => there.has(names[index] ?? ""));
	return { left, removed: ids.filter(id => !left.includes(id)).map(id => done(id, known, NOT_THERE)) };
}

async function remove(
	{ applier, run, lease }: RunContext,
	{ stream }: StreamRun,
	records: ReturnType<typeof undoable>
): Promise<readonly UndoneRecord[]> {
	const call = { connection: run.definition.target, stream, records };
	return oneApplier(lease(), (held, timeout) => applier.undo({ ...call, lease: held }, timeout));
}
