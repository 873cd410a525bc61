import type { EventStore } from "../../../adapters/eventstore";
import type { Broker } from "../../../cluster";
import type { importer } from "../../../contracts/migration/importer";
import type { Intent, Result, UndoneRecord } from "../../../contracts/migration/records";
import type { Input } from "../../../contracts/schema";
import type { Run } from "../../../domain/migration/run";
import type { Held } from "./holders";
import type { Lists } from "./lists";

export type WriteCall = Input<typeof importer.actions.write.params>;
export type HeldLease = WriteCall["lease"];
export type UndoCall = Input<typeof importer.actions.undo.params>;

/** The verbs that change the target. A dry run has its own; nothing else asks whether it is one. */
export interface Applier {
	write(call: WriteCall, timeout: number): Promise<readonly Result[]>;
	undo(call: UndoCall, timeout: number): Promise<readonly UndoneRecord[]>;
}

export type Secrets = Readonly<Record<string, string>>;

/** What the steps of a run work with. */
export interface RunContext {
	readonly broker: Broker;
	readonly store: EventStore;
	/** What is said and known of its records. */
	readonly lists: Lists;
	readonly run: Run;
	/** What is done to the target. */
	readonly applier: Applier;
	/** The lease, for the importer. */
	readonly lease: () => HeldLease;
	/** True when it shall stop after the batch at hand. */
	readonly halted: () => boolean;
	/** Waits so many ms, or until it shall stop. */
	readonly pause: (ms: number) => Promise<void>;
	/** What later migrations hold at the same target, by name. */
	readonly holders: (stream: string) => Promise<Held>;
	/** Names of what earlier migrations made there: the latest one's by now. */
	readonly madeBefore: (stream: string) => Promise<ReadonlySet<string>>;
	/** By id, the secrets of records that are created, for example passwords: new ones, or the source's own. */
	readonly secretsFor: (stream: string, created: readonly Intent[]) => Promise<ReadonlyMap<string, Secrets>>;
}
