/** A plan of a migration that was begun: both sides as they are now, and where the run stands. Writes to neither side. */

import type { Broker } from "../../../cluster";
import type { Finding } from "../../../contracts/migration/connection";
import type { Begun, BegunStream, Plan } from "../../../contracts/migration/migration";
import { describeBegun, nextRun } from "../../../domain/migration/begun";
import { warning } from "../../../domain/migration/finding";
import { IdSet } from "../../../domain/migration/idset";
import type { Run, StreamRun } from "../../../domain/migration/run";
import { type Checked, checkedEnds } from "./both-ends";

/** @param run with the definition as it was planned last @param changed what of it the next command takes over */
export async function lookAgain(broker: Broker, run: Run, hash: string, changed: readonly string[]): Promise<Plan> {
	const ends = await checkedEnds(broker, run.definition);
	const findings: Finding[] = [...ends.findings, ...otherwise(run.plan, ends)];
	const streams: BegunStream[] = [];
	if (ends.source.ok) for (const stream of run.streams) streams.push(await listed(broker, run, stream));
	const next = nextRun(run);
	const begun: Begun = { plannedAt: run.plannedAt, phase: run.phase, changed, streams, next: next.message };
	const all = [...findings, ...describeBegun(run, begun), next];
	return {
		...run.plan,
		hash,
		ok: all.every(({ ok }) => ok),
		findings: all,
		source: ends.identities.source,
		target: ends.identities.target,
		begun
	};
}

/** Another system or version than the one that was planned for. */
const otherwise = (plan: Plan, { source, target, identities }: Checked): Finding[] =>
	(["source", "target"] as const).flatMap(side => {
		const [then, now] = [plan[side], identities[side]];
		const isKnown = (side === "source" ? source : target).ok;
		if (!isKnown || then.version === null || then.version === now.version) return [];
		const message = `${side}: it is ${now.system} ${now.version} now and was ${then.system} ${then.version} when this was planned.`;
		return [warning("version-changed", message)];
	});

/** The ids that the source lists now, against those that the run knows. */
async function listed(broker: Broker, { definition }: Run, { stream, ids, removed }: StreamRun): Promise<BegunStream> {
	const now = new IdSet();
	let cursor: string | null = null;
	do {
		const page: { records: readonly { readonly id: string }[]; next: string | null } = await broker.call(
			"extractor.page",
			{ connection: definition.source, stream, cursor, limit: definition.batch.records }
		);
		for (const { id } of page.records) now.add(id);
		cursor = page.next;
	} while (cursor !== null);
	const fresh = [...now.without(ids)].length;
	const gone = [...ids.without(now)].filter(id => !removed.has(id)).length;
	return { stream, read: ids.size, fresh, gone };
}
