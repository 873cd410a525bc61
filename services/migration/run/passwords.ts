/**
 * The secrets of records that are created. New passwords of admins are for the operator to hand out: in a file that they
 * alone can read, in no log and no report. Hashes that admins keep are read at the source for each write and are in no store.
 */

import type { EventStore } from "../../../adapters/eventstore";
import { writeOwnFile } from "../../../adapters/own-file";
import type { Broker } from "../../../cluster";
import type { Intent } from "../../../contracts/migration/records";
import type { Run } from "../../../domain/migration/run";
import { own } from "../../../domain/own";
import { csvRecord } from "../../../domain/text/csv";
import { readBatches } from "./journal";
import type { Secrets } from "./place";

/** @param fresh a new secret of each kind for a name; undefined where the stream has none */
export async function secretsOf(
	broker: Broker,
	{ definition: { source: connection } }: Run,
	stream: string,
	created: readonly Intent[],
	fresh: (name: string) => Secrets | undefined
): Promise<Map<string, Secrets>> {
	const names = created.filter(({ keepsSecrets }) => keepsSecrets).map(({ name }) => name);
	const kept = names.length > 0 ? await broker.call("extractor.secrets", { connection, stream, names }) : {};
	return new Map(
		created.flatMap(({ id, name, target, keepsSecrets }) => {
			const secrets = keepsSecrets ? own(kept, name) : target && fresh(target.name);
			return secrets ? [[id, secrets] as const] : [];
		})
	);
}

/** Written anew from the records each time, so that it holds every record that was created, once. */
export async function writePasswords(
	store: EventStore,
	name: string,
	stream: string,
	file: string,
	passwordFor: (name: string) => string
): Promise<void> {
	const created: string[] = [];
	for await (const { entries } of readBatches(store, name, stream))
		for (const { intent, result } of entries)
			if (result.outcome === "created" && intent.target && !intent.keepsSecrets && !intent.withheld)
				created.push(intent.target.name);
	if (created.length === 0) return;
	const lines = [["username", "password"], ...[...new Set(created)].map(admin => [admin, passwordFor(admin)])];
	writeOwnFile(file, lines.map(line => csvRecord(line, "\n")).join(""));
}
