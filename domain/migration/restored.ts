/**
 * A run that was put back from a backup does not know what it did since: what it finds at the target, of a record that it
 * does not know, may be its own. Pure.
 */

import type { Intent, Result } from "../../contracts/migration/records";
import type { Run } from "./run";

/** Of one stream of such a run. */
export interface Lost {
	/** Of what time the backup is. */
	readonly backup: string;
	/** Nobody stood under that name when the run was planned. */
	readonly wasFree: (name: string) => boolean;
}

/**
 * Undefined of a run that nothing is missing of. The plan names whom it found to stand there otherwise, up to some number,
 * and counts those who stood there just as ours would: which they are it does not say.
 */
export function lostOf({ restored, plan }: Pick<Run, "restored" | "plan">, stream: string): Lost | undefined {
	if (restored === null) return undefined;
	const planned = plan.streams.find(each => each.stream === stream);
	const isNamed = planned?.outcomes.unchanged === 0 && planned.clashes.length === planned.clashCount;
	const taken = new Set(planned?.clashes);
	return { backup: restored, wasFree: name => isNamed && !taken.has(name) };
}

/**
 * What there is to do with a record that the run does not know and that stands at the target: where nobody stood there, it is
 * as one whose write was sent and never answered, so it is looked at before it is repeated, and is ours only if it is just
 * what we would have made (L2, L7). Where somebody did, nobody knows: it is left, and named when all else is put back.
 */
export function perhapsOurs(intent: Intent, { backup, wasFree }: Lost): Intent {
	const { target, before, losses } = intent;
	if (target === undefined || before === null) return intent;
	if (wasFree(target.name)) return { ...intent, before: null, sent: [target.data] };
	return {
		...intent,
		losses: [...losses, { code: UNKNOWN, field: "name", reason: whyUnknown(backup), severity: "info" }]
	};
}

/** The code of the loss of those of whom nobody knows whether they are ours. */
export const UNKNOWN = "made_by_unknown";

export const whyUnknown = (backup: string): string =>
	`It stood at the target when this run was put back from a backup of ${backup}, which does not know whether the run made or changed it: look at it, and remove or mend it by hand.`;

const isLate = ({ before, ours, sent }: Intent): boolean =>
	before === null && ours === undefined && Boolean(sent?.length);

/** Did it stand there, of a run that was put back? */
export const wasMet = (intent: Intent): boolean => isLate(intent) || intent.losses.some(({ code }) => code === UNKNOWN);

/** Of one that may have been made before: where it is not as ours would be, nobody knows whose it is. */
export const inDoubt = (intent: Intent, result: Result): Result =>
	isLate(intent) && result.outcome === "quarantined" ? { ...result, inDoubt: true } : result;
