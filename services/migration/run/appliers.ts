/** The verbs that change the target, twice: done, and only told. */

import type { Broker } from "../../../cluster";
import { treatmentOf } from "../../../domain/migration/importing";
import type { Applier } from "./run-context";

/** Done, by the importer. */
export const live = (broker: Broker): Applier => ({
	write: (call, timeout) => broker.call("importer.write", call, { timeout }),
	undo: (call, timeout) => broker.call("importer.undo", call, { timeout })
});

/** Only told: what a write would come to, from what stands at the target. Reads, writes nothing. */
export const dry = (broker: Broker): Applier => ({
	write: async ({ connection, stream, conflict, records }) => {
		const present = records.filter(({ before }) => before !== null).map(({ id, name, data }) => ({ id, name, data }));
		const { equal } =
			present.length > 0
				? await broker.call("verifier.compare", { connection, stream, records: present })
				: { equal: [] };
		const same = new Set(equal.map(([id]) => id));
		return records.map(record => {
			const fingerprint = (data: unknown): string => (data === record.data || same.has(record.id) ? "same" : "other");
			const treatment = treatmentOf(record as never, conflict, fingerprint);
			return treatment.write ? { id: record.id, outcome: treatment.outcome } : { id: record.id, ...treatment.result };
		});
	},
	undo: async ({ records }) => records.map(({ id, name }) => ({ id, name, outcome: "restored" }))
});
