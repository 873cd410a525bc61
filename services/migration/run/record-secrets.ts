/**
 * The secrets of records that are created. New ones, for example passwords, are for the operator to hand out: in a file that
 * they alone can read, in no log and no report. Those that a record keeps are read at the source for each write and are in
 * no store.
 */

import { rm } from "node:fs/promises";
import type { EventStore } from "../../../adapters/eventstore";
import { writeOwnFile } from "../../../adapters/own-file";
import type { Sealer } from "../../../adapters/secrets";
import type { Broker } from "../../../cluster";
import type { Intent } from "../../../contracts/migration/records";
import type { NewSecrets } from "../../../domain/migration/mapping";
import type { Run } from "../../../domain/migration/run";
import { own } from "../../../domain/own";
import { csvRecord } from "../../../domain/text/csv";
import type { ControllerOptions } from "./controller";
import { readBatches } from "./journal";
import type { Secrets } from "./run-context";

interface Parts {
	readonly broker: Broker;
	readonly store: EventStore;
	readonly run: Run;
	readonly dataDir: string;
	readonly secrets: Pick<Sealer, "derive">;
	/** What new records of a stream get; undefined: nothing. */
	readonly fresh: (stream: string) => NewSecrets | undefined;
}

export function recordSecrets(parts: Parts): Pick<ControllerOptions, "secretsFor" | "copied" | "undone"> {
	const { run, dataDir, fresh, secrets } = parts;
	const secret = secretFor(run.name, secrets);
	const fileOf = (stream: string, { file }: NewSecrets): string => `${dataDir}/${run.name}-${stream}-${file}.csv`;
	return {
		secretsFor: (stream, created) => secretsOf(parts, stream, created, name => secret(stream, name)),
		copied: async stream => {
			const made = fresh(stream);
			if (made) await handOut(parts, stream, made, fileOf(stream, made), name => secret(stream, name));
		},
		// Of nobody any more; of those who were left there, they are still needed.
		undone: async () => {
			for (const { stream, undo } of run.streams) {
				const made = fresh(stream);
				if (made && undo.changed === 0) await rm(fileOf(stream, made), { force: true });
			}
		}
	};
}

/** Derived, so that a run that goes on gives the same ones. */
function secretFor(migration: string, secrets: Pick<Sealer, "derive">): (stream: string, name: string) => string {
	return (stream, name) =>
		secrets
			.derive(`${migration}/${stream}/${name}`)
			.slice(0, 24)
			// Or a spreadsheet would take it for a formula.
			.replace(/^-/, "_");
}

/** By id. @param secret the new one for a name at the target */
async function secretsOf(
	{ broker, run, fresh }: Parts,
	stream: string,
	created: readonly Intent[],
	secret: (name: string) => string
): Promise<Map<string, Secrets>> {
	const { source: connection } = run.definition;
	const names = created.filter(({ keepsSecrets }) => keepsSecrets).map(({ name }) => name);
	const kept = names.length > 0 ? await broker.call("extractor.secrets", { connection, stream, names }) : {};
	const fields = fresh(stream)?.fields ?? [];
	const made = (name: string): Secrets | undefined =>
		fields.length > 0 ? Object.fromEntries(fields.map(field => [field, secret(name)])) : undefined;
	return new Map(
		created.flatMap(({ id, name, target, keepsSecrets }) => {
			const secrets = keepsSecrets ? own(kept, name) : target && made(target.name);
			return secrets ? [[id, secrets] as const] : [];
		})
	);
}

/** Written anew from the records each time, so that it holds every record that was created, once. */
async function handOut(
	{ store, run }: Parts,
	stream: string,
	{ columns }: NewSecrets,
	file: string,
	secret: (name: string) => string
): Promise<void> {
	const created = new Set<string>();
	for await (const { entries } of readBatches(store, run.name, stream))
		for (const { intent, result } of entries)
			if (result.outcome === "created" && intent.target && !intent.keepsSecrets && !intent.withheld)
				created.add(intent.target.name);
	if (created.size === 0) return;
	const lines = [columns, ...[...created].map(name => [name, secret(name)])];
	writeOwnFile(file, lines.map(line => csvRecord(line, "\n")).join(""));
}
