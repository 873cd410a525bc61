/** How many records need a hand. Pure. */

import type { Status, StreamStatus } from "../../contracts/migration/migration";
import { records } from "./words";

export const sum = ({ streams }: Pick<Status, "streams">, count: (stream: StreamStatus) => number): number =>
	streams.reduce((all, stream) => all + count(stream), 0);

/** Of a stream, how many stand at the target as they should by now: what was put back does not. */
export const atTarget = ({ outcomes: { created, updated, unchanged }, restored }: StreamStatus): number =>
	Math.max(0, created + updated + unchanged - restored);

export const restoredOf = (status: Pick<Status, "streams">): number => sum(status, ({ restored }) => restored);

const actLosses = ({ losses }: StreamStatus, accepted: readonly string[]): number =>
	Object.entries(losses).reduce(
		(all, [code, { severities }]) => all + (accepted.includes(code) ? 0 : (severities.act ?? 0)),
		0
	);

/** Records that somebody must look at. Before the end one with several reasons may count more than once. */
export const needHand = (status: Status): number =>
	status.phase.startsWith("roll")
		? sum(status, ({ changedSince }) => changedSince)
		: (status.verdict?.needHand.records ??
			sum(
				status,
				each =>
					each.outcomes.quarantined + each.outcomes.skipped + each.differences + actLosses(each, status.accepted ?? [])
			));

/** @param most before the end: one with several reasons counts more than once */
export const handText = (count: number, most = false): string =>
	count === 0
		? "Nothing needs your hand."
		: `${most && count > 1 ? "Up to " : ""}${records(count)} ${count === 1 ? "needs" : "need"} your hand.`;

export const wouldNeed = (count: number): string =>
	count === 0
		? "Nothing would need your hand."
		: `${count === 1 ? "" : "Up to "}${records(count)} would need your hand.`;
