/** How many deletions at the source are followed without a word, and what is said of those that are not. Pure. */

import type { Run, StreamRun } from "./run";

/** How many of a stream may be taken away at once now: what the operator confirmed, else what the definition allows. */
export const removalsAllowed = ({ confirmed, definition }: Pick<Run, "confirmed" | "definition">): number =>
	confirmed === null ? definition.catchUp.removals : Math.max(0, confirmed.limit - confirmed.spent);

/** By stream, how many wait for a word. */
export const awaiting = ({ streams }: Pick<Run, "streams">): { stream: string; count: number }[] =>
	streams
		.map(({ stream, comparison }) => ({ stream, count: comparison.waiting.size }))
		.filter(({ count }) => count > 0);

export const awaitingTotal = (run: Pick<Run, "streams">): number =>
	awaiting(run).reduce((sum, { count }) => sum + count, 0);

/** Why fewer than wait cannot be confirmed: nobody shall confirm what was not counted. Undefined where they are enough. */
export function tooFew(run: Pick<Run, "name" | "streams">, removals: number): string | undefined {
	const total = awaitingTotal(run);
	if (total <= removals) return undefined;
	const each = awaiting(run)
		.map(({ stream, count }) => `${count} ${stream}`)
		.join(", ");
	return `${total} records wait to be taken away (${each}), not ${removals}: \`banyan migration diff ${run.name}\` names them, \`banyan migration repair ${run.name} --removals ${total}\` takes them away.`;
}

type Of = Pick<Run, "name" | "confirmed" | "definition">;

interface Listed {
	readonly comparison: Pick<StreamRun["comparison"], "waiting" | "left">;
}

const AWAITS = (run: Of, count: number): string => {
	const { name, confirmed } = run;
	const guard = confirmed === null ? "catchUp.removals allows" : "still confirmed are";
	return `One of ${count} gone from the source at once, and ${guard} ${removalsAllowed(run)}: \`banyan migration repair ${name} --removals N\` takes them away, N being all that wait.`;
};

const UNSEEN_ONCE = ({ name }: Of): string =>
	`The last listing of the source did not name it; a second one must not either before it is taken away: \`banyan migration compare ${name}\`.`;

export const STOOD_BEFORE =
	"It went from the source; it stood at the target before this migration, so it is left there: take it away by hand if it should go.";

/** Why a record that went from the source is still at the target. */
export const whyGone = (run: Of, stream: Listed, id: string): string => whyStill(run, stream, id) ?? UNSEEN_ONCE(run);

/** The same, where two listings did not name it; undefined for all others. */
export function whyStill(run: Of, { comparison }: Listed, id: string): string | undefined {
	if (comparison.waiting.has(id)) return AWAITS(run, comparison.waiting.size);
	return comparison.left.get(id);
}
