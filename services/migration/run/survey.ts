/** Lists the target whole: proves that every page of it can be read, and counts what only the target has. */

import { reach } from "../../../adapters/failpoints";
import { fold, foldingOf } from "../../../domain/migration/folding";
import type { StreamRun } from "../../../domain/migration/run";
import { appendRun } from "./journal";
import type { RunContext } from "./run-context";

/** Names a page: large, since a page costs a round trip, and small enough to be answered in time. */
const PAGE = 500;

export async function surveyTarget({ broker, store, run }: RunContext, stream: StreamRun): Promise<void> {
	const folding = foldingOf(run.context, stream.stream);
	let extra = 0;
	let cursor: string | null = null;
	do {
		const page: { readonly names: readonly string[]; next: string | null } = await broker.call("verifier.names", {
			connection: run.definition.target,
			stream: stream.stream,
			cursor,
			limit: PAGE
		});
		extra += page.names.filter(name => !stream.names.has(fold(name, folding))).length;
		cursor = page.next;
	} while (cursor !== null);
	reach("surveyed");
	const event = { type: "surveyed" as const, data: { stream: stream.stream, extra } };
	await appendRun(store, run, event, `surveyed-${stream.stream}`);
}
