/** From source records to intents: transformed, validated, their names claimed, and what stands at the target before. */

import type { Broker } from "../../../cluster";
import type { Json } from "../../../contracts/json";
import type { Intent, Loss, SourceRecord, Transformed } from "../../../contracts/migration/records";
import { type Folding, fold, foldingOf } from "../../../domain/migration/folding";
import { mayBeWritten } from "../../../domain/migration/importing";
import type { Known } from "../../../domain/migration/known";
import { left } from "../../../domain/migration/mapping";
import type { NameSet } from "../../../domain/migration/nameset";
import { lostOf, perhapsOurs } from "../../../domain/migration/restored";
import type { Run } from "../../../domain/migration/run";
import { heldBy } from "./holders";
import { ownOf } from "./known";
import type { RunContext } from "./run-context";

/** Transformed and validated: what breaks a rule of the target is quarantined. */
export async function prepare(
	{ broker, run }: { readonly broker: Broker; readonly run: Pick<Run, "mapping" | "context"> },
	stream: string,
	records: readonly SourceRecord[]
): Promise<Transformed[]> {
	const held = records.flatMap(({ id, name, quarantine }) =>
		quarantine ? [{ id, name, losses: [], quarantine }] : []
	);
	const readable = records.filter(({ quarantine }) => !quarantine);
	if (readable.length === 0) return held;
	const { mapping, context } = run;
	const transformed = await broker.call("transformer.batch", { mapping, stream, context, records: readable });
	const toCheck = transformed.flatMap(({ id, target }) => (target ? [{ id, ...target }] : []));
	const violations = await broker.call("validator.batch", { mapping, stream, context, records: toCheck });
	const broken = new Map(violations.map(({ id, ...quarantine }) => [id, quarantine]));
	const checked = transformed.map(record => {
		const quarantine = broken.get(record.id);
		return quarantine ? left(record, quarantine) : record;
	});
	return [...checked, ...held];
}

const TAKES: Readonly<Record<Folding, string>> = {
	exact: "only the same name",
	case: "names that differ in case",
	loose: "names that differ in case, accents, blanks at the end or emoji"
};

/** The first record that claims a name has it for ever (L9); another one of that name is quarantined. */
export function claim(
	record: Transformed,
	taken: { readonly names: Pick<NameSet, "has"> },
	claims: Map<string, string>,
	folding: Folding
): Transformed {
	if (!record.target) return record;
	const name = fold(record.target.name, folding);
	if (!taken.names.has(name) && !claims.has(name)) {
		claims.set(name, record.id);
		return record;
	}
	const reason = `Another record of the source has this name, or one that the target takes for the same (${TAKES[folding]}).`;
	const quarantine = { category: "name_taken", field: "name", value: record.target.name, reason };
	return left(record, quarantine);
}

/**
 * What shall be done with records that are new to the run, or were held back (L1). Of one whose write was begun the first
 * pre-image stays, and so does its name: what stands under it by now may be our own. Writes nothing.
 */
export async function intend(
	place: Pick<RunContext, "broker"> &
		Partial<Pick<RunContext, "holders" | "madeBefore">> & {
			readonly run: Pick<Run, "definition" | "context"> & Partial<Pick<Run, "restored" | "plan">>;
		},
	stream: { readonly stream: string; readonly names: Pick<NameSet, "has">; readonly isEmpty?: boolean },
	transformed: readonly Transformed[],
	claims: Map<string, string>,
	known: ReadonlyMap<string, Known> = NOTHING_KNOWN
): Promise<Intent[]> {
	const begun = (id: string): Known | undefined => (known.get(id)?.begun ? known.get(id) : undefined);
	const folding = foldingOf(place.run.context, stream.stream);
	const claimed = transformed.map(record => (begun(record.id) ? record : claim(record, stream, claims, folding)));
	const names = claimed.flatMap(({ id, target }) => (target && !begun(id) ? [target.name] : []));
	const { target: connection } = place.run.definition;
	const isAsked = names.length > 0 && !stream.isEmpty;
	const there = isAsked ? await place.broker.call("importer.find", { connection, stream: stream.stream, names }) : [];
	const before = new Map<string, Json>(there.map(({ name, data }) => [name, data]));
	const unreadable = new Map(there.flatMap(each => (each.unreadable ? [[each.name, each.unreadable]] : [])));
	const intents = claimed.map((record): Intent => {
		const own = begun(record.id);
		if (own) return { ...record, ...ownOf(own) };
		const reason = record.target && unreadable.get(record.target.name);
		if (reason !== undefined) return { ...unwritten(record, reason), before: null };
		return { ...record, before: (record.target && before.get(record.target.name)) ?? null };
	});
	const since = await afterRestore(place, stream.stream, intents);
	const kept = await unlessHeld(place, stream.stream, await onto(place, stream.stream, since));
	return unlessRefused(place, stream.stream, kept);
}

/** Of a run that was put back from a backup: what is at the target may be what it made since, unless another migration has it (L33). */
async function afterRestore(
	{ run, holders, madeBefore }: Parameters<typeof intend>[0],
	stream: string,
	intents: readonly Intent[]
): Promise<readonly Intent[]> {
	const { restored = null, plan } = run;
	const lost = plan && lostOf({ restored, plan }, stream);
	if (!lost || !holders || !madeBefore) return intents;
	const [held, made] = [await holders(stream), await madeBefore(stream)];
	const isAnothers = ({ target }: Intent): boolean =>
		target !== undefined && (held.has(target.name) || made.has(target.name));
	return intents.map(intent => (isBegun(intent) || isAnothers(intent) ? intent : perhapsOurs(intent, lost)));
}

/** What a later migration holds is not written over (L33): under the other policies nobody is. */
async function unlessHeld(
	{ run, holders }: Parameters<typeof intend>[0],
	stream: string,
	intents: readonly Intent[]
): Promise<Intent[]> {
	const over =
		run.definition.conflict === "overwrite" && intents.some(({ target, before }) => target && before !== null);
	const held = over && holders ? await holders(stream) : new Map<string, string>();
	return intents.map(intent => {
		const { target, before } = intent;
		const holder = target && before !== null ? held.get(target.name) : undefined;
		if (target === undefined || holder === undefined) return intent;
		const quarantine = { category: "conflict", field: "name", value: target.name, reason: heldBy(holder) };
		return { ...left(intent, quarantine), before };
	});
}

/** What the target would not take is held back before anything of it is written (L30), and foretold as such (L31). */
async function unlessRefused(
	{ broker, run }: Parameters<typeof intend>[0],
	stream: string,
	intents: readonly Intent[]
): Promise<Intent[]> {
	const { target: connection, conflict } = run.definition;
	const records = intents.flatMap(intent =>
		intent.target && mayBeWritten(intent, conflict) && !isBegun(intent) ? [{ id: intent.id, ...intent.target }] : []
	);
	if (records.length === 0) return [...intents];
	const refused = await broker.call("importer.refusals", { connection, stream, records });
	const reasons = new Map(refused.map(({ id, reason }) => [id, reason]));
	return intents.map(intent => {
		const reason = reasons.get(intent.id);
		const { target, ...rest } = intent;
		if (reason === undefined || !target) return intent;
		const quarantine = { category: "target_refused", field: "name", value: target.name, reason };
		return { ...rest, losses: [], quarantine };
	});
}

/** Something of it may stand there already, so that its name and its intent stay. */
const isBegun = ({ ours, sent }: Intent): boolean => ours !== undefined || Boolean(sent?.length);

/** What the target cannot show is nobody's to write over. */
const unwritten = (record: Transformed, reason: string): Transformed =>
	left(record, { category: "target_failed", field: "name", value: record.target?.name ?? record.name, reason });

const NOTHING_KNOWN: ReadonlyMap<string, Known> = new Map();

const held = (losses: readonly Loss[], without: readonly string[]): Loss[] =>
	losses.filter(({ code }) => !without.includes(code));

/** As they can come to be where others stood before: what the target cannot take away stays, as a loss. */
export async function onto<R extends Transformed & Pick<Intent, "before">>(
	{ broker, run }: Parameters<typeof intend>[0],
	stream: string,
	records: readonly R[],
	conflict = run.definition.conflict
): Promise<R[]> {
	const over = records.flatMap(({ id, target, before }) =>
		target && before !== null ? [{ id, data: target.data, before }] : []
	);
	if (over.length === 0) return [...records];
	const { target: connection } = run.definition;
	const fitted = await broker.call("importer.onto", { connection, stream, conflict, records: over });
	const byId = new Map(fitted.map(each => [each.id, each]));
	return records.map(record => {
		const { data, losses = [], without = [], kept } = byId.get(record.id) ?? {};
		if (!record.target || !data) return record;
		const fit = { ...record, target: { ...record.target, data }, losses: [...held(record.losses, without), ...losses] };
		// Of one who is not made, nothing is lost on the way.
		return kept === undefined ? fit : { ...fit, losses, kept };
	});
}
