/** Copies one stream: every record of the source's listing, once. */

import { chunks } from "../../../adapters/eventstore";
import type { SourceRecord } from "../../../contracts/migration/records";
import { NEW_RECORDS } from "../../../domain/migration/counting";
import type { Prepared } from "../../../domain/migration/events";
import type { StreamRun } from "../../../domain/migration/run";
import { ALL_NEW, doBatch, finishOpenBatch } from "./batch";
import { lookAhead } from "./look-ahead";
import { intend, prepare } from "./prepare";
import type { RunContext } from "./run-context";

/** How often the listing is begun anew when it gave fewer records than the source says it has. */
const MOST_LISTINGS = 3;

export async function copyStream(context: RunContext, stream: StreamRun): Promise<void> {
	const log = await finishOpenBatch(context, stream, ALL_NEW);
	if (stream.copied) return;
	for await (const prepared of lookAhead(batches(context, stream))) {
		if (context.halted()) return;
		await doBatch(context, stream, log, prepared, NEW_RECORDS);
	}
}

/** What was read and is not counted yet. */
class Pending {
	readonly claims = new Map<string, string>();
	private readonly ids = new Set<string>();

	constructor(private readonly stream: StreamRun) {}

	/** All records met so far, each once. */
	get met(): number {
		return this.stream.ids.size + [...this.ids].filter(id => !this.stream.ids.has(id)).length;
	}

	/** Those that were not met before. */
	fresh(records: readonly SourceRecord[]): SourceRecord[] {
		return records.filter(({ id }) => {
			if (this.stream.ids.has(id) || this.ids.has(id)) return false;
			this.ids.add(id);
			return true;
		});
	}

	/** What the run knows by now need not be remembered here. */
	forget(): void {
		for (const id of this.ids) if (this.stream.ids.has(id)) this.ids.delete(id);
		for (const name of this.claims.keys()) if (this.stream.names.has(name)) this.claims.delete(name);
	}
}

/** Every batch from where the run stands, each record once. */
export async function* batches(context: RunContext, stream: StreamRun): AsyncGenerator<Prepared> {
	const pending = new Pending(stream);
	let { batch } = stream;
	for await (const { records, at, next, last, total } of listing(context, stream, pending)) {
		const parts = chunks(records, context.run.definition.batch.bytes);
		for (const [index, part] of (parts.length > 0 ? parts : [[]]).entries()) {
			const whole = index >= parts.length - 1;
			const transformed = await prepare(context, stream.stream, part);
			const intents = await intend(context, stream, transformed, pending.claims);
			yield { batch: ++batch, cursor: whole ? next : at, last: last && whole, total, intents };
			pending.forget();
		}
	}
}

interface ListedPage {
	readonly records: readonly SourceRecord[];
	readonly at: string | null;
	readonly next: string | null;
	readonly last: boolean;
	readonly total: number;
}

/** The source's pages, begun anew while they gave fewer records than the source says it has. */
async function* listing({ broker, run }: RunContext, stream: StreamRun, pending: Pending): AsyncGenerator<ListedPage> {
	const { source: connection, batch } = run.definition;
	let cursor = stream.cursor;
	for (let listings = 1; ; ) {
		const asked = { connection, stream: stream.stream, cursor, limit: batch.records };
		const { records, next, total } = await broker.call("extractor.page", asked);
		const fresh = pending.fresh(records);
		const again = next === null && pending.met < total && listings < MOST_LISTINGS;
		const last = next === null && !again;
		yield { records: fresh, at: cursor, next, last, total };
		if (last) return;
		if (again) listings++;
		cursor = next;
	}
}
