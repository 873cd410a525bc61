/** What each step of a run does. */

import type { RunEvent } from "../../../domain/migration/events";
import type { Step } from "../../../domain/migration/next-step";
import type { StreamRun } from "../../../domain/migration/run";
import { verdictOf } from "../../../domain/migration/verdict";
import { backUp } from "./backup";
import { type Canary, moveCanary } from "./canary";
import { compareStream } from "./compare";
import { copyStream } from "./copy";
import type { RunContext } from "./run-context";
import { surveyTarget } from "./survey";
import { undoStream } from "./undo";

/** What the operator told, and what is done beside the steps themselves. */
export interface StepOptions {
	/** Where a copy of the target's database goes. */
	readonly backups: string;
	/** The operator has taken one themselves. */
	readonly backupTaken: boolean;
	/** Moves only these of the last stream, then rests. */
	readonly canary?: Canary;
	/** Called once a stream is copied, before it is compared. */
	readonly copied: (stream: string) => Promise<void>;
	/** Called before it is recorded that all is put back. */
	readonly undone: () => Promise<void>;
}

/** Of the controller that is at it. */
export interface Doing {
	readonly options: StepOptions;
	/** Records what a step came to. */
	append(event: RunEvent): Promise<void>;
	/** Nothing comes after this step. */
	rest(): void;
}

type Kind = Step["kind"];
type StepOf<K extends Kind> = Extract<Step, { readonly kind: K }>;
type Steps = { readonly [K in Kind]: (context: RunContext, doing: Doing, step: StepOf<K>) => Promise<void> };

const STEPS: Steps = {
	backup: async (context, { options, append }) =>
		append({ type: "backedUp", data: { path: await backUp(context, options) } }),
	copy: (context, doing, { stream }) => copy(context, doing, stream),
	compare: (context, _doing, { stream }) => compareStream(context, stream),
	again: (_context, { append }, { stream }) => passAgain(append, stream),
	survey: (context, _doing, { stream }) => surveyTarget(context, stream),
	undo: (context, _doing, { stream }) => undoStream(context, stream),
	finish: ({ run }, { append }) => append({ type: "finished", data: verdictOf(run) }),
	rolledBack: async ({ run }, { options, append }) => {
		await options.undone();
		const changed = run.streams.reduce((sum, { undo }) => sum + undo.changed, 0);
		return append({ type: "rolledBack", data: { changed } });
	},
	idle: async () => undefined
};

export const executeStep = (step: Step, context: RunContext, doing: Doing): Promise<void> =>
	(STEPS[step.kind] as (context: RunContext, doing: Doing, step: Step) => Promise<void>)(context, doing, step);

async function copy(context: RunContext, { options, rest }: Doing, stream: StreamRun): Promise<void> {
	const { canary, copied } = options;
	if (canary && stream === context.run.streams.at(-1)) {
		await moveCanary(context, stream, canary);
		return rest();
	}
	await copyStream(context, stream);
	if (stream.copied) await copied(stream.stream);
}

function passAgain(append: Doing["append"], { stream, comparison: { added, absent } }: StreamRun): Promise<void> {
	const reason = `${added} records more, ${absent.length} fewer than the listing before`;
	return append({ type: "again", data: { stream, force: false, reason, follows: true } });
}
