/**
 * What an operator decides about a migration: each decision is recorded, then its controller is put to work. Decisions that
 * compete, and what a controller of another node records meanwhile, are settled by the version of the run's stream: exactly
 * one is stored, and whoever came second decides anew from what was (L13).
 */

import { randomUUID } from "node:crypto";
import { type EventStore, VersionConflict } from "../../../adapters/eventstore";
import { reach } from "../../../adapters/failpoints";
import type { Meta } from "../../../cluster";
import { failure } from "../../../cluster/errors";
import type { Status } from "../../../contracts/migration/migration";
import { unknownLoss } from "../../../domain/migration/definition-rules";
import type { RunEvent } from "../../../domain/migration/events";
import { nextStep } from "../../../domain/migration/next-step";
import { tooFew } from "../../../domain/migration/removals";
import type { Run } from "../../../domain/migration/run";
import { statusOf } from "../../../domain/migration/status";
import { acceptedOf } from "../../../domain/migration/verdict";
import { viewOf } from "../../../domain/migration/view";
import type { MappingsOwner } from "../../../mixins/mappings.mixin";
import type { Controllers, Order } from "./controllers";
import { appendAll } from "./journal";
import type { Runs } from "./runs";
import type { Statuses } from "./statuses";

interface Parts {
	readonly store: EventStore;
	readonly runs: Runs;
	readonly controllers: Controllers;
	readonly statuses: Statuses;
	readonly mappings: Pick<MappingsOwner, "words" | "wordsOf">;
}

/** Why it is told, and under which request: asked once more by that, it is decided already (L13). */
interface Decision {
	readonly name: string;
	readonly reason: string;
	readonly request?: string | undefined;
}

/** One comparison more. */
interface Again {
	/** Writes also what others changed at the target. */
	readonly force: boolean;
	/** Deletions that are confirmed. */
	readonly removals?: number | undefined;
}

/** As it was asked for; under an `Idempotency-Key` it is known again. */
export const wordOf = (ctx: { readonly params: { name: string; reason: string }; readonly meta: Meta }): Decision => ({
	name: ctx.params.name,
	reason: ctx.params.reason,
	request: ctx.meta.once
});

/** What is to be recorded of a run as it stands; nothing: it is so already. @throws where it may not be */
type Decide = (run: Run) => readonly RunEvent[] | Promise<readonly RunEvent[]>;

interface Decided {
	readonly run: Run;
	/** Something was recorded: whoever was at work on it rests. */
	readonly isNew: boolean;
}

/** Each time somebody else recorded something first. */
const MOST_TRIES = 100;

export class Decisions {
	constructor(private readonly parts: Parts) {}

	/**
	 * Begins what was planned, or goes on with it.
	 * @param hash of what was reviewed
	 * @throws REQUEST_INVALID for a code that is no loss · MIGRATION_NOT_READY, also for a few where all are being moved, or were
	 */
	async start(name: string, hash: string | undefined, accept: readonly string[], order: Order): Promise<Status> {
		this.unlessUnknown(accept);
		return this.parts.controllers.inTurn(name, async () => {
			const isNew = await this.begins(name, hash);
			const decided = await this.decide(name, async run => {
				const renewal = await this.renewal(run, hash);
				if (run.phase === "cancelled" || run.phase === "rolled-back")
					throw failure("MIGRATION_NOT_READY", `The migration '${name}' is ${run.phase}: give a new one another name.`);
				if (order.canary) await this.unlessFirst(run);
				return [...renewal, ...acceptance(run, accept)];
			});
			return this.driven({ ...decided, isNew: isNew || decided.isNew }, order);
		});
	}

	/** Stops the controller of this node: the run can go on. Where other nodes would take it up it is paused, wherever it is. */
	halt(name: string): Promise<Status> {
		const { controllers } = this.parts;
		return controllers.inTurn(name, async () => {
			if (!controllers.isShared) return this.told(await this.halted(name));
			const { run } = await this.decide(name, now => (now.paused || isOver(now) ? [] : [paused("halted")]));
			return this.told(run);
		});
	}

	/** Stops a run that is not over, by a word of the operator. @throws MIGRATION_NOT_READY */
	stop({ name, reason, request }: Decision, type: "paused" | "cancelled"): Promise<Status> {
		return this.parts.controllers.inTurn(name, async () => {
			const decide: Decide = now => {
				if (!isOver(now)) return [{ type, data: { reason } }];
				throw failure("MIGRATION_NOT_READY", `The migration '${name}' is ${now.phase} already.`);
			};
			return this.told((await this.decide(name, decide, request)).run);
		});
	}

	rollback({ name, reason, request }: Decision): Promise<Status> {
		return this.parts.controllers.inTurn(name, async () => {
			const decide: Decide = async run => {
				const isSo = run.phase === "rolling-back" || (run.phase === "rolled-back" && leftNothing(run));
				return [...(await this.renewal(run)), ...(isSo ? [] : [undoing(reason)])];
			};
			return this.driven(await this.decide(name, decide, request));
		});
	}

	/** Compares a finished run once more. @throws MIGRATION_NOT_READY · REQUEST_INVALID */
	compare({ name, reason, request }: Decision, { force, removals }: Again): Promise<Status> {
		return this.parts.controllers.inTurn(name, async () => {
			const decide: Decide = async run => {
				const renewal = await this.renewal(run);
				unlessFinished(run);
				const few = removals === undefined ? undefined : tooFew(run, removals);
				if (few !== undefined) throw failure("REQUEST_INVALID", few);
				const more = { force, reason, ...(removals !== undefined && { removals }) };
				return [...renewal, ...run.streams.map(({ stream }) => again({ stream, ...more }))];
			};
			return this.driven(await this.decide(name, decide, request));
		});
	}

	/** A few go before the others, or not at all. @throws MIGRATION_NOT_READY */
	private async unlessFirst(run: Run): Promise<void> {
		const { name, streams } = run;
		const why =
			streams.at(-1)?.copied === true
				? "all were moved already: run it without --only and --limit to go on, or compare it"
				: (await this.parts.statuses.inShort(viewOf(run))).running && "all are being moved now: pause it first";
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

	/** Where another node is at work on it as it stands, that one goes on. */
	private async driven({ run, isNew }: Decided, order?: Order): Promise<Status> {
		const { controllers, statuses } = this.parts;
		if (!isNew) {
			const view = viewOf(run);
			if ((await statuses.inShort(view)).running) return statuses.of(view);
		}
		return controllers.drive(run, order);
	}

	/** True where nothing of that name was begun until now. */
	private async begins(name: string, hash: string | undefined): Promise<boolean> {
		const { runs } = this.parts;
		if (await runs.begun(name)) return false;
		try {
			await runs.begin(name, hash);
			return true;
		} catch (error) {
			// Somebody else began it in the same moment.
			if (error instanceof VersionConflict) return false;
			throw error;
		}
	}

	/** Records what is decided of the run as it stands, once no controller of this node is at work on it. */
	private async decide(name: string, decide: Decide, request?: string): Promise<Decided> {
		const { runs } = this.parts;
		const found = await runs.run(name);
		if ((await wordsFor(found, decide, request)).length === 0) return { run: found, isNew: false };
		let run = await this.halted(name);
		for (let tries = 0; tries < MOST_TRIES; tries++) {
			const events = await wordsFor(run, decide, request);
			if (events.length === 0) return { run, isNew: false };
			if (await this.record(run, events)) return { run: runs.opened(run), isNew: true };
			run = await runs.run(name);
		}
		throw failure("UNAVAILABLE", `Others record what they do of '${name}' without a pause: try again in a moment.`);
	}

	/** False where somebody else came first. */
	private async record(run: Run, events: readonly RunEvent[]): Promise<boolean> {
		try {
			await appendAll(this.parts.store, run, events, `${events[0]?.type}-${randomUUID()}`);
			reach("decided");
			return true;
		} catch (error) {
			if (error instanceof VersionConflict) return false;
			throw error;
		}
	}

	/** The definition that was planned since, where it was. */
	private async renewal(run: Run, hash?: string): Promise<RunEvent[]> {
		const { runs } = this.parts;
		const planned = await runs.rewritten(run, hash);
		return planned === undefined ? [] : [runs.redefinition(run, planned)];
	}

	/** The run, with no controller of this node at work on it. */
	private async halted(name: string): Promise<Run> {
		await this.parts.controllers.halt(name);
		return this.parts.runs.run(name);
	}
}

/** None where they were given before, under the same request: by a node that died before it could answer. */
async function wordsFor(run: Run, decide: Decide, request: string | undefined): Promise<readonly RunEvent[]> {
	if (request === undefined) return decide(run);
	if (run.requests.includes(request)) return [];
	const [first, ...others] = await decide(run);
	return first === undefined ? [] : [under(first, request), ...others];
}

const under = <E extends RunEvent>({ type, data }: E, request: string) => ({ type, data: { ...data, request } }) as E;

const paused = (reason: string): RunEvent => ({ type: "paused", data: { reason } });
const again = (data: Extract<RunEvent, { type: "again" }>["data"]): RunEvent => ({ type: "again", data });

const undoing = (reason: string): RunEvent => ({ type: "undoing", data: { reason } });
const isOver = (run: Run): boolean => nextStep(run).kind === "idle";

function unlessFinished({ name, phase }: Run): void {
	if (phase === "finished") return;
	throw failure("MIGRATION_NOT_READY", `The migration '${name}' is ${phase}: compare it once it is finished.`);
}

/** What the operator accepts beyond what was accepted before. */
function acceptance(run: Run, accept: readonly string[]): RunEvent[] {
	const codes = [...new Set(accept)].filter(code => !acceptedOf(run).has(code));
	return codes.length === 0 ? [] : [{ type: "accepted", data: { codes } }];
}

/** Then there is nothing to try once more. */
const leftNothing = ({ streams }: Run): boolean => streams.every(({ undo }) => undo.left.size === 0);
