/** What a run would do with every record of a stream, by its own rules and its own order (L31). Writes nothing. */

import type { Broker } from "../../../cluster";
import type { Lasting } from "../../../contracts/migration/importer";
import type { StreamPlan } from "../../../contracts/migration/migration";
import type { Intent, Outcome, Result, SourceRecord } from "../../../contracts/migration/records";
import { IdSet } from "../../../domain/migration/idset";
import { notSent } from "../../../domain/migration/importing";
import { NameSet } from "../../../domain/migration/nameset";
import { noOutcomes, type Run } from "../../../domain/migration/run";
import { addLost, type LossTally, lostBy } from "../../../domain/migration/tally";
import { nth } from "../../../domain/there";
import { dry } from "./appliers";
import { intend, prepare } from "./prepare";
import type { Applier } from "./run-context";

export interface Planning {
	readonly broker: Broker;
	readonly run: Pick<Run, "mapping" | "context" | "definition">;
}

interface Surveyed {
	readonly plan: StreamPlan;
	/** Names that more than one record of the source would have. */
	readonly shared: readonly string[];
	/** Names of records that are not moved. */
	readonly held: readonly string[];
}

interface Tally {
	readonly outcomes: Record<Outcome, number>;
	readonly quarantine: Record<string, number>;
	readonly losses: Record<string, number>;
	readonly severities: LossTally;
	readonly clashes: string[];
	readonly shared: string[];
	readonly held: string[];
}

const MOST_CLASHES_NAMED = 20;
const FEW = 1_000;

export async function survey(
	planning: Planning,
	stream: string,
	counts: { readonly source: number; readonly target: number }
): Promise<Surveyed> {
	const { run, broker } = planning;
	const tally: Tally = {
		outcomes: noOutcomes(),
		quarantine: {},
		losses: {},
		severities: {},
		clashes: [],
		shared: [],
		held: []
	};
	const names = new NameSet();
	const lasts: Lasting[] = [];
	const claims = new Map<string, string>();
	const applier = dry(broker);
	// Few are looked for whatever the target counts: the sudo of its environment is in no count.
	const isEmpty = counts.target === 0 && counts.source > FEW;
	for await (const records of pages(planning, stream)) {
		const transformed = await prepare(planning, stream, records);
		const intents = await intend(planning, { stream, names, isEmpty }, transformed, claims);
		const results = await foretold(applier, run, stream, intents);
		for (const [index, intent] of intents.entries()) count(tally, intent, nth(results, index));
		for (const name of claims.keys()) names.add(name);
		claims.clear();
		lasts.push(...(await lastingOf(planning, stream, intents, results)));
	}
	const { clashes, outcomes, shared, held, ...rest } = tally;
	const move = outcomes.created + outcomes.updated + outcomes.unchanged;
	const clashing = { clashes: clashes.slice(0, MOST_CLASHES_NAMED), clashCount: clashes.length };
	const lasting = lasts.length > 0 && { lasting: lastingSaid(lasts) };
	return { plan: { stream, ...counts, move, outcomes, ...rest, ...clashing, ...lasting }, shared, held };
}

/** All records of the source's listing, each once. */
async function* pages({ broker, run }: Planning, stream: string): AsyncGenerator<SourceRecord[]> {
	const { source: connection, batch } = run.definition;
	const seen = new IdSet();
	let cursor: string | null = null;
	do {
		const asked = { connection, stream, cursor, limit: batch.records };
		const page: { records: readonly SourceRecord[]; next: string | null } = await broker.call("extractor.page", asked);
		yield page.records.filter(({ id }) => seen.add(id));
		cursor = page.next;
	} while (cursor !== null);
}

function count(
	{ outcomes, quarantine, losses, severities, clashes, shared, held }: Tally,
	intent: Intent,
	result: Result
): void {
	const add = (counts: Record<string, number>, code: string): void => {
		counts[code] = (counts[code] ?? 0) + 1;
	};
	outcomes[result.outcome]++;
	const lost = lostBy(intent, result);
	for (const [code] of lost) add(losses, code);
	addLost(severities, lost, 1);
	// Who stands there otherwise than ours would be.
	if (intent.target && intent.before !== null && result.outcome !== "unchanged") clashes.push(intent.target.name);
	if (result.quarantine || isElsewhere(intent)) held.push(intent.name);
	if (!result.quarantine) return;
	add(quarantine, result.quarantine.category);
	if (result.quarantine.category === "name_taken") shared.push(intent.name);
}

/** Another one stands under a name that the target takes for theirs: whatever refers to them is not given to that one. */
const isElsewhere = ({ losses }: Intent): boolean => losses.some(({ code }) => code === "namesake");

/** What would become of each record, in order. */
async function foretold(
	applier: Pick<Applier, "write">,
	{ definition: { target: connection, conflict } }: Planning["run"],
	stream: string,
	intents: readonly Intent[]
): Promise<readonly Result[]> {
	const records = intents.flatMap(({ id, target, before, kept }) =>
		target ? [{ id, ...target, before, ...(kept !== undefined && { kept }) }] : []
	);
	const lease = { token: "plan", remainingMs: 0, sentAt: 0 };
	const told = await applier.write({ connection, stream, conflict, lease, records }, 0);
	const results = new Map(told.map(result => [result.id, result]));
	return intents.map(intent => results.get(intent.id) ?? notSent(intent));
}

/** Of those that would be made, whose record could not be taken away again. */
async function lastingOf(
	{ broker, run: { definition } }: Planning,
	stream: string,
	intents: readonly Intent[],
	results: readonly Result[]
): Promise<readonly Lasting[]> {
	const names = intents.flatMap(({ target }, index) =>
		target && results[index]?.outcome === "created" ? [target.name] : []
	);
	return names.length === 0 ? [] : broker.call("importer.lasting", { connection: definition.target, stream, names });
}

const lastingSaid = (lasts: readonly Lasting[]): NonNullable<StreamPlan["lasting"]> => ({
	count: lasts.length,
	names: lasts.slice(0, MOST_CLASHES_NAMED).map(({ name }) => name),
	reason: lasts[0]?.reason ?? ""
});
