/**
 * The secrets of records that are created. New ones, for example passwords, are for the operator to hand out: in a file that
 * they alone can read, in no log and no report. Those that a record keeps are read at the source for each write and are in
 * no store.
 */

import { rm } from "node:fs/promises";
import type { EventStore } from "../../../adapters/eventstore";
import { writeOwnFile } from "../../../adapters/own-file";
import type { Broker } from "../../../cluster";
import type { Intent } from "../../../contracts/migration/records";
import type { NewSecrets } from "../../../domain/migration/mapping";
import type { Run } from "../../../domain/migration/run";
import { own } from "../../../domain/own";
import { csvRecord } from "../../../domain/text/csv";
import type { ControllerOptions } from "./controller";
import { type Derive, madeNames, newSecret } from "./new-secrets";
import type { Secrets } from "./run-context";

interface Parts {
	readonly broker: Broker;
	readonly store: EventStore;
	readonly run: Run;
	readonly dataDir: string;
	readonly secrets: Derive;
	/** Whatever node is asked for new secrets answers them (`migration.newSecrets`): none is written to this one's folder. */
	readonly isShared: boolean;
	/** What new records of a stream get; undefined: nothing. */
	readonly fresh: (stream: string) => NewSecrets | undefined;
}

export function recordSecrets(parts: Parts): Pick<ControllerOptions, "secretsFor" | "copied" | "undone"> {
	const { run, dataDir, fresh, secrets, isShared } = parts;
	const secret = newSecret(run.name, secrets);
	const fileOf = (stream: string, { file }: NewSecrets): string => `${dataDir}/${run.name}-${stream}-${file}.csv`;
	return {
		secretsFor: (stream, created) => secretsOf(parts, stream, created, name => secret(stream, name)),
		copied: async stream => {
			const made = fresh(stream);
			if (made && !isShared) await handOut(parts, stream, made, fileOf(stream, made), name => secret(stream, name));
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
	const created = await madeNames(store, run.name, stream);
	if (created.size === 0) return;
	const lines = [columns, ...[...new Set(created.values())].map(name => [name, secret(name)])];
	writeOwnFile(file, lines.map(line => csvRecord(line, "\n")).join(""));
}
