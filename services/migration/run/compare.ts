/** Compares one stream: lists the source anew, and looks at each moved record as the target holds it now. */

import type { Difference, SourceRecord, Transformed } from "../../../contracts/migration/records";
import { digest } from "../../../domain/canonical";
import type { StreamRun } from "../../../domain/migration/run";
import { prepare, type Workplace } from "./copy";
import { appendRun, comparisonStream, readComparisons } from "./journal";
import { lookAhead } from "./look-ahead";

interface ReadPage {
	readonly records: readonly SourceRecord[];
	readonly next: string | null;
	/** The run's version before the read began (L5). */
	readonly position: string;
}

export async function compareStream(place: Workplace, stream: StreamRun): Promise<void> {
	for await (const page of lookAhead(pages(place, stream))) {
		if (place.halted()) return;
		await comparePage(place, stream, page);
	}
}

async function* pages({ broker, run }: Workplace, stream: StreamRun): AsyncGenerator<ReadPage> {
	let { cursor } = stream.comparison;
	do {
		const position = run.version;
		const page = await broker.call("extractor.page", {
			connection: run.definition.source,
			stream: stream.stream,
			cursor,
			limit: run.definition.batch.records
		});
		yield { ...page, position };
		cursor = page.next;
	} while (cursor !== null);
}

async function comparePage(place: Workplace, stream: StreamRun, page: ReadPage): Promise<void> {
	const { comparison } = stream;
	const once = new Set<string>();
	const fresh = page.records.filter(({ id }) => !comparison.ids.has(id) && !once.has(id) && once.add(id));
	const added = fresh.filter(({ id }) => !stream.ids.has(id));
	const moved = fresh.filter(({ id }) => stream.moved.has(id));
	const last = page.next === null;
	const transformed = moved.length > 0 ? await prepare(place, stream.stream, moved) : [];
	const { equal, differences: unequal } = await compare(place, stream.stream, transformed);
	const differences: Difference[] = [
		...unequal,
		...transformed.filter(({ target }) => !target).map(unmapped),
		...added.map(({ id, name }): Difference => ({ id, name, kind: "missing", fields: [] })),
		...(last ? gone(stream, fresh) : [])
	];
	const batch = comparison.batch + 1;
	const { position } = page;
	const event = { type: "compared", data: { batch, equal, differences, position } };
	const appended = await appendBulk(place, stream, event, `compared-${batch}`);
	const counted = {
		stream: stream.stream,
		batch,
		cursor: page.next,
		last,
		ids: fresh.map(({ id }) => id),
		compared: moved.length,
		differences: differences.length,
		digest: digest(equal.map(key => [...key])),
		comparisons: appended
	};
	await appendRun(place.store, place.run, { type: "compared", data: counted }, `compared-${stream.stream}-${batch}`);
}

async function compare({ broker, run }: Workplace, stream: string, transformed: readonly Transformed[]) {
	const records = transformed.flatMap(({ id, target }) => (target ? [{ id, ...target }] : []));
	if (records.length === 0) return { equal: [], differences: [] };
	return broker.call("verifier.compare", { connection: run.definition.target, stream, records });
}

const unmapped = ({ id, name, quarantine }: Transformed): Difference => ({
	id,
	name,
	kind: "unmapped",
	fields: quarantine ? [{ field: quarantine.field, expected: quarantine.reason, actual: null }] : []
});

/** Moved records that this listing, now whole, did not name. */
function gone(stream: StreamRun, lastPage: readonly SourceRecord[]): Difference[] {
	const named = new Set(lastPage.map(({ id }) => id));
	const ids = [...stream.moved.without(stream.comparison.ids)].filter(id => !named.has(id));
	return ids.map(id => ({ id, name: "", kind: "gone", fields: [] }));
}

/** A comparison that was recorded but not counted when the last controller stopped is made again, and replaces it. */
async function appendBulk(
	{ store, run }: Workplace,
	{ stream, comparison }: StreamRun,
	event: { type: string; data: unknown },
	appendId: string
): Promise<string> {
	let version = comparison.comparisons;
	for await (const orphan of readComparisons(store, run.name, stream, version)) version = orphan.version;
	const bulk = comparisonStream(run.name, stream);
	const appended = await store.append(bulk, version, [event], `${appendId}-after-${version}`);
	return appended.version;
}
