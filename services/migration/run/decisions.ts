/** What an operator decides about a migration: each decision is recorded, then its controller is put to work. */

import type { EventStore } from "../../../adapters/eventstore";
import { failure } from "../../../cluster/errors";
import type { Status } from "../../../contracts/migration/migration";
import { unknownLoss } from "../../../domain/migration/definition-rules";
import type { RunEvent } from "../../../domain/migration/events";
import { nextStep } from "../../../domain/migration/next-step";
import { tooFew } from "../../../domain/migration/removals";
import type { Run } from "../../../domain/migration/run";
import { statusOf } from "../../../domain/migration/status";
import { acceptedOf } from "../../../domain/migration/verdict";
import type { MappingsOwner } from "../../../mixins/mappings.mixin";
import type { Controllers, Order } from "./controllers";
import { appendRun } from "./journal";
import type { Runs } from "./runs";

interface Parts {
	readonly store: EventStore;
	readonly runs: Runs;
	readonly controllers: Controllers;
	readonly mappings: Pick<MappingsOwner, "words" | "wordsOf">;
}

/** By whom it is told, and why. */
interface Decision {
	readonly name: string;
	readonly reason: string;
}

/** One comparison more. */
interface Again {
	/** Writes also what others changed at the target. */
	readonly force: boolean;
	/** Deletions that are confirmed. */
	readonly removals?: number | undefined;
}

export class Decisions {
	constructor(private readonly parts: Parts) {}

	/**
	 * Begins what was planned, or goes on with it.
	 * @param hash of what was reviewed
	 * @throws REQUEST_INVALID for a code that is no loss · MIGRATION_NOT_READY, also for a few where all are being moved, or were
	 */
	async start(name: string, hash: string | undefined, accept: readonly string[], order: Order): Promise<Status> {
		const { runs, controllers } = this.parts;
		this.unlessUnknown(accept);
		return controllers.inTurn(name, async () => {
			const begun = await runs.begun(name);
			const run = begun ? await this.renewed(begun, hash) : await runs.begin(name, hash);
			if (run.phase === "cancelled" || run.phase === "rolled-back")
				throw failure("MIGRATION_NOT_READY", `The migration '${name}' is ${run.phase}: give a new one another name.`);
			if (order.canary) this.unlessFirst(run);
			return controllers.drive(await this.accepting(run, accept), order);
		});
	}

	/** Stops the controller of this node alone: the run can go on. */
	halt(name: string): Promise<Status> {
		return this.parts.controllers.inTurn(name, async () => this.told(await this.halted(name)));
	}

	/** Stops a run that is not over, by a word of the operator. @throws MIGRATION_NOT_READY */
	stop({ name, reason }: Decision, type: "paused" | "cancelled"): Promise<Status> {
		return this.parts.controllers.inTurn(name, async () => {
			const run = await this.halted(name);
			if (nextStep(run).kind === "idle")
				throw failure("MIGRATION_NOT_READY", `The migration '${name}' is ${run.phase} already.`);
			await this.record(run, { type, data: { reason } });
			return this.told(run);
		});
	}

	rollback({ name, reason }: Decision): Promise<Status> {
		const { controllers } = this.parts;
		return controllers.inTurn(name, async () => {
			const run = await this.renewed(await this.halted(name));
			if (run.phase !== "rolling-back" && !(run.phase === "rolled-back" && leftNothing(run)))
				await this.record(run, { type: "undoing", data: { reason } });
			return controllers.drive(run);
		});
	}

	/** Compares a finished run once more. @throws MIGRATION_NOT_READY · REQUEST_INVALID */
	compare({ name, reason }: Decision, { force, removals }: Again): Promise<Status> {
		const { controllers } = this.parts;
		return controllers.inTurn(name, async () => {
			const run = await this.renewed(await this.halted(name));
			if (run.phase !== "finished")
				throw failure(
					"MIGRATION_NOT_READY",
					`The migration '${name}' is ${run.phase}: compare it once it is finished.`
				);
			const few = removals === undefined ? undefined : tooFew(run, removals);
			if (few !== undefined) throw failure("REQUEST_INVALID", few);
			for (const { stream } of run.streams) {
				const data = { stream, force, reason, ...(removals !== undefined && { removals }) };
				await this.record(run, { type: "again", data });
			}
			return controllers.drive(run);
		});
	}

	/** A few go before the others, or not at all. @throws MIGRATION_NOT_READY */
	private unlessFirst(run: Run): void {
		const { name, streams } = run;
		const why =
			streams.at(-1)?.copied === true
				? "all were moved already: run it without --only and --limit to go on, or compare it"
				: this.parts.controllers.runOf(name) && "all are being moved now: pause it first";
		if (why) throw failure("MIGRATION_NOT_READY", `No few of '${name}' can go first, since ${why}.`);
	}

	private unlessUnknown(codes: readonly string[]): void {
		const { meanings } = this.parts.mappings.words();
		for (const code of codes) {
			const unknown = unknownLoss(code, meanings);
			if (unknown !== undefined) throw failure("REQUEST_INVALID", unknown);
		}
	}

	private told(run: Run): Status {
		return statusOf(run, false, this.parts.mappings.wordsOf(run.mapping));
	}

	private async record(run: Run, event: RunEvent): Promise<void> {
		await appendRun(this.parts.store, run, event, `${event.type}-after-${run.version}`);
	}

	/** With the definition that was planned since, where it was: a controller at work on it stops for that. */
	private async renewed(run: Run, hash?: string): Promise<Run> {
		const { runs } = this.parts;
		const planned = await runs.rewritten(run, hash);
		if (planned === undefined) return run;
		const rested = await this.halted(run.name);
		await runs.redefine(rested, planned);
		return rested;
	}

	/** The run, with no controller of this node at work on it. */
	private async halted(name: string): Promise<Run> {
		await this.parts.controllers.halt(name);
		return this.parts.runs.run(name);
	}

	/** Records what the operator accepts beyond what was accepted before; a controller at work on it stops for that. */
	private async accepting(run: Run, accept: readonly string[]): Promise<Run> {
		const codes = [...new Set(accept)].filter(code => !acceptedOf(run).has(code));
		if (codes.length === 0) return run;
		const rested = await this.halted(run.name);
		await this.record(rested, { type: "accepted", data: { codes } });
		return rested;
	}
}

/** Then there is nothing to try once more. */
const leftNothing = ({ streams }: Run): boolean => streams.every(({ undo }) => undo.left.size === 0);
