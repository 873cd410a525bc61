/**
 * What other migrations of this data folder hold at the same target (L33): what one that began later holds is its own by
 * now, whoever made it; what earlier ones made is the latest one's. Those of other data folders cannot be known here.
 */

import { type EventStore, NEW } from "../../../adapters/eventstore";
import type { Broker } from "../../../cluster";
import { settingsOf } from "../../../cluster/settings";
import type { Outcome } from "../../../contracts/migration/records";
import type { Run } from "../../../domain/migration/run";
import type { RunView } from "../../../domain/migration/view";
import { placeOf } from "./addresses";
import type { Folds } from "./folds";
import { type PlacedBatch, readBatches, runNames } from "./journal";

/** By name at the target, the migration that holds it. */
export type Held = ReadonlyMap<string, string>;

const HOLDS: ReadonlySet<Outcome> = new Set(["created", "updated", "unchanged"]);
/** What was put back, or is being put back, is held no longer. */
const LETS_GO: ReadonlySet<Run["phase"]> = new Set(["planned", "rolling-back", "rolled-back"]);

/** What was read of one stream of another migration. */
interface Reading {
	version: string;
	/** By id, the name it holds. */
	readonly names: Map<string, string>;
	/** Names of what it made. */
	readonly made: Set<string>;
}

interface Parts {
	readonly broker: Broker;
	readonly store: EventStore;
	readonly folds: Pick<Folds, "view">;
	readonly run: Run;
}

export class Holders {
	private readonly readings = new Map<string, Reading>();

	constructor(private readonly parts: Parts) {}

	/** As it is recorded now: only what came since the last look is read. */
	async of(stream: string): Promise<Held> {
		const held = new Map<string, string>();
		for (const other of await this.others(stream, (theirs, ours) => theirs > ours))
			for (const name of (await this.reading(other.name, stream)).names.values()) held.set(name, other.name);
		return held;
	}

	/** Names of what earlier migrations made, and did not take away. */
	async madeBefore(stream: string): Promise<ReadonlySet<string>> {
		const made = new Set<string>();
		for (const other of await this.others(stream, (theirs, ours) => theirs < ours))
			for (const name of (await this.reading(other.name, stream)).made) made.add(name);
		return made;
	}

	/** The earliest first: of several, the last one holds it. */
	private async others(stream: string, when: (theirs: string, ours: string) => boolean): Promise<RunView[]> {
		const { store, folds } = this.parts;
		const { name, startedAt } = this.parts.run;
		const found: RunView[] = [];
		for (const other of await runNames(store)) {
			const run = other === name ? undefined : await folds.view(other);
			if (!run) continue;
			const isMeant = run.startedAt !== null && startedAt !== null && when(run.startedAt, startedAt);
			if (!isMeant || !run.streams.some(each => each.stream === stream)) continue;
			if (!LETS_GO.has(run.phase) && this.isSameTarget(run)) found.push(run);
		}
		return found.sort((a, b) => ((a.startedAt ?? "") < (b.startedAt ?? "") ? -1 : 1));
	}

	private isSameTarget({ definition: { target } }: RunView): boolean {
		const { broker, run } = this.parts;
		const { environment } = settingsOf(broker);
		const [ours, theirs] = [run.definition.target, target];
		if (ours.connector !== theirs.connector) return false;
		return placeOf(ours, environment) === placeOf(theirs, environment);
	}

	private async reading(name: string, stream: string): Promise<Reading> {
		const key = `${name}/${stream}`;
		const reading = this.readings.get(key) ?? { version: NEW, names: new Map(), made: new Set() };
		this.readings.set(key, reading);
		const after = reading.version === NEW ? undefined : reading.version;
		for await (const batch of readBatches(this.parts.store, name, stream, { after })) take(reading, batch);
		return reading;
	}
}

function take(reading: Reading, { version, entries, removed }: PlacedBatch): void {
	reading.version = version;
	for (const { id, name } of removed) {
		reading.names.delete(id);
		reading.made.delete(name);
	}
	for (const { intent, result } of entries)
		if (intent.target !== undefined && (HOLDS.has(result.outcome) || result.inDoubt)) {
			reading.names.set(intent.id, intent.target.name);
			if (result.outcome === "created") reading.made.add(intent.target.name);
		}
}

/** Why it is left: L33. */
export const heldBy = (holder: string): string =>
	`It is held by the migration '${holder}', which began later: it is left to that one.`;
