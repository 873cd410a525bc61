/**
 * What is kept of definitions is sealed anew. Events stay as they were: a run gets another one that says the same under
 * another key, and those before are opened by nobody any more. A run that somebody is at work on waits until it rests.
 */

import { randomUUID } from "node:crypto";
import { type Collection, Conflict, Duplicate } from "../../../adapters/collection";
import { type EventStore, VersionConflict } from "../../../adapters/eventstore";
import type { Run } from "../../../domain/migration/run";
import type { Folds } from "./folds";
import { appendAll, loadRun, runNames } from "./journal";
import type { PlannedDefinition } from "./planned";
import type { Sealing } from "./sealing";
import type { Statuses } from "./statuses";

interface Parts {
	readonly store: EventStore;
	readonly definitions: Collection<PlannedDefinition>;
	readonly folds: Folds;
	readonly keys: Sealing;
	readonly statuses: Statuses;
}

/** `undefined`: it is sealed with the newest key. */
type Outcome = "left" | "resealed" | undefined;

export class Resealing {
	constructor(private readonly parts: Parts) {}

	async all(): Promise<{ readonly left: number; readonly resealed: number }> {
		const count = { left: 0, resealed: 0 };
		const add = (outcome: Outcome): void => {
			if (outcome) count[outcome]++;
		};
		for await (const { name } of this.parts.definitions.each()) add(await this.definition(name));
		for (const name of await runNames(this.parts.store)) add(await this.run(name));
		return count;
	}

	private async definition(name: string): Promise<Outcome> {
		const { definitions, keys } = this.parts;
		const found = await definitions.read(name);
		if (!found) return undefined;
		const { planned, approved } = found.record;
		const parts = [planned, ...(approved ? [approved] : [])];
		if (!parts.some(({ definition }) => keys.isStale(definition))) return undefined;
		const anew = <P extends typeof planned | (typeof approved & object)>(part: P): P => ({
			...part,
			definition: keys.seal(keys.open(part.definition))
		});
		const record = { ...found.record, planned: anew(planned), ...(approved && { approved: anew(approved) }) };
		return unless([Conflict, Duplicate], () => definitions.put(record, { expected: found.version }));
	}

	private async run(name: string): Promise<Outcome> {
		const { store, folds, keys } = this.parts;
		const run = await loadRun(store, name);
		if (!run || !keys.isStale(run.definition)) return undefined;
		if (await this.isUnderWay(name)) return "left";
		const outcome = await unless([VersionConflict], () => this.record(run));
		const now = outcome === "resealed" ? await folds.own(name) : undefined;
		if (now) folds.keep(now);
		return outcome;
	}

	private record(run: Run): Promise<unknown> {
		const { store, keys } = this.parts;
		const definition = keys.seal(keys.open(run.definition));
		const data = { definition, hash: run.hash, changed: [] };
		return appendAll(store, run, [{ type: "redefined", data }], `resealed-${randomUUID()}`);
	}

	private async isUnderWay(name: string): Promise<boolean> {
		const view = await this.parts.folds.view(name);
		return view !== undefined && (await this.parts.statuses.inShort(view)).running;
	}
}

/** What somebody else wrote first is looked at the next time. */
async function unless(
	errors: readonly (new (...args: never[]) => Error)[],
	work: () => Promise<unknown>
): Promise<Outcome> {
	try {
		await work();
		return "resealed";
	} catch (error) {
		if (errors.some(each => error instanceof each)) return "left";
		throw error;
	}
}
