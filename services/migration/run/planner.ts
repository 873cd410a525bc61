/** The preflight: looks at both sides, runs every record through the mapping, writes nothing. */

import type { Broker } from "../../../cluster";
import { mostMessageBytes } from "../../../cluster/transport";
import type { Json } from "../../../contracts/json";
import type { CheckReport, Finding } from "../../../contracts/migration/connection";
import type { Definition } from "../../../contracts/migration/definition";
import type { Plan, StreamPlan } from "../../../contracts/migration/migration";
import { inOrder } from "../../../domain/migration/definition-rules";
import { fact, refused, warning } from "../../../domain/migration/finding";
import type { Mapping } from "../../../domain/migration/mapping";
import { batchTooLarge } from "../../../domain/migration/message-size";
import { lossPath } from "../../../domain/migration/vocabulary";
import { targetSpec } from "../../../mixins/systems";
import { checkedEnds } from "./both-ends";
import { type Planning, survey } from "./foretell";
import { namedFormerly } from "./former";

export interface Planned {
	/** With its streams in an order in which each comes after those that it depends on. */
	readonly definition: Definition;
	readonly plan: Plan;
	readonly mapping: string;
	readonly context: Json;
}

/** In a second, of a target of which nobody has seen how many it takes; enough for a guess. */
const CREATES_PER_SECOND = 100;
/** They are stored with the plan. */
const MOST_SHARED_NAMES = 1_000;

export async function preflight(
	broker: Broker,
	given: Definition,
	hash: string,
	mapping: Mapping<Json>
): Promise<Planned> {
	const definition = ordered(given, mapping);
	const { source, target, ...ends } = await checkedEnds(broker, definition);
	const reachable = source.ok && target.ok;
	const plannedAt = new Date().toISOString().slice(0, 19);
	const contextWith = (facts: CheckReport["facts"]): Json => {
		const context = mapping.contextOf(facts, target.facts, definition);
		return { ...context, plannedAt, backup: mapping.needsBackup?.(context) ?? false };
	};
	let context = reachable ? contextWith(source.facts) : {};
	const findings: Finding[] = [...ends.findings];
	if (reachable) findings.push(...mapping.findings(context, source.facts, target.facts, definition));
	findings.push(...unknownStreams(definition, mapping), ...reordered(given, definition), removals(definition));
	findings.push(...unfitting(broker, definition));
	let streams: StreamPlan[] = [];
	if (findings.every(({ ok }) => ok)) {
		const planning = () => ({ broker, run: { mapping: mapping.name, context, definition } });
		const counts = { source: source.counts, target: target.counts };
		const depended = new Set(Object.values(mapping.streams).flatMap(({ after = [] }) => after));
		const first = await surveyAll(planning(), counts, depended);
		streams = first.streams;
		if (first.shared.length > 0 || Object.keys(first.held).length > 0) {
			// Only a look at all of them tells which names are shared, which the mapping can then tell apart, and which
			// records are held back that others refer to.
			context = contextWith({ ...source.facts, sharedNames: first.shared, held: first.held });
			({ streams } = await surveyAll(planning(), counts, depended));
		}
		findings.push(...clashes(definition, streams), ...lasting(streams));
	}
	const moves = streams.reduce((sum, { move }) => sum + move, 0);
	const artefacts = reachable ? [...(mapping.lacking?.(context) ?? [])] : [];
	const { createsPerSecond: perSecond = CREATES_PER_SECOND } = targetSpec(broker, definition.target);
	const plan: Plan = {
		name: definition.name,
		hash,
		ok: findings.every(({ ok }) => ok),
		findings,
		...ends.identities,
		streams,
		meanings: meaningsOf(streams),
		artefacts,
		...namedFormerly(artefacts),
		estimateSeconds: Math.ceil(moves / perSecond)
	};
	return { definition, plan, mapping: mapping.name, context };
}

/** As it is walked: what others refer to comes before them. */
export const ordered = (definition: Definition, mapping: Mapping<Json>): Definition => ({
	...definition,
	streams: inOrder(definition.streams, mapping.streams)
});

const reordered = (given: Definition, { streams }: Definition): Finding[] =>
	given.streams.join() === streams.join()
		? []
		: [fact("streams-ordered", `The streams are walked in the order of their dependence: ${streams.join(", ")}.`)];

/** The guard is said before it holds anything back (L31). */
const removals = ({ name, catchUp }: Definition): Finding =>
	fact(
		"removals",
		`Whoever goes from the source later is taken away at the target, at most ${catchUp.removals} of a stream at once (catchUp.removals): of more, none is until \`banyan migration repair ${name} --removals N\` confirms it.`
	);

/** Where each code that a stream's plan counts is explained. */
const meaningsOf = (streams: readonly StreamPlan[]): Record<string, string> =>
	Object.fromEntries(
		streams
			.flatMap(({ quarantine, losses }) => [...Object.keys(quarantine), ...Object.keys(losses)])
			.sort()
			.map(code => [code, lossPath(code)])
	);

const unknownStreams = ({ streams }: Definition, mapping: Mapping<Json>): Finding[] =>
	streams
		.filter(stream => !Object.hasOwn(mapping.streams, stream))
		.map(stream => {
			const known = Object.keys(mapping.streams).join(", ");
			return refused("stream-unknown", `There is no stream '${stream}' to move; known are: ${known}.`);
		});

function unfitting(broker: Broker, { batch }: Definition): Finding[] {
	const most = mostMessageBytes(broker);
	const why = most === undefined ? undefined : batchTooLarge(batch.bytes, most);
	return why === undefined ? [] : [refused("batch-too-large", why)];
}

function clashes({ conflict }: Definition, streams: readonly StreamPlan[]): Finding[] {
	return streams
		.filter(({ clashCount }) => clashCount > 0)
		.map(({ stream, clashCount, clashes: names }) =>
			(conflict === "fail" ? refused : warning)(
				"clash",
				`${clashCount} ${stream} stand at the target under the same name (${names.slice(0, 3).join(", ")} …), otherwise than ours would be; conflict is '${conflict}'.`
			)
		);
}

/** Said before they are made: a rollback could only leave them. */
const lasting = (streams: readonly StreamPlan[]): Finding[] =>
	streams.flatMap(({ stream, lasting: { count, names, reason } = NONE_LASTS }) =>
		count === 0
			? []
			: [
					warning(
						"not-removable",
						`${count} ${stream} to be moved could not be taken away again, a rollback would leave them (${names.join(", ")}${count > names.length ? " …" : ""}): ${reason}`
					)
				]
	);

const NONE_LASTS = { count: 0, names: [], reason: "" } as const;

interface Surveyed {
	readonly streams: StreamPlan[];
	/** Names that more than one record of the source would have. */
	readonly shared: string[];
	/** By stream on which others depend, names of records that are not moved. */
	readonly held: Readonly<Record<string, string[]>>;
}

async function surveyAll(
	planning: Planning,
	counts: Record<"source" | "target", Readonly<Record<string, number>>>,
	depended: ReadonlySet<string>
): Promise<Surveyed> {
	const shared = new Set<string>();
	const held: Record<string, string[]> = {};
	const streams: StreamPlan[] = [];
	for (const stream of planning.run.definition.streams) {
		const there = { source: counts.source[stream] ?? 0, target: counts.target[stream] ?? 0 };
		const surveyed = await survey(planning, stream, there);
		streams.push(surveyed.plan);
		for (const name of surveyed.shared) shared.add(name);
		if (surveyed.held.length > 0 && depended.has(stream)) held[stream] = surveyed.held.slice(0, MOST_SHARED_NAMES);
	}
	return { streams, shared: [...shared].slice(0, MOST_SHARED_NAMES), held };
}
