/** The course of a run in words: one sentence an event. Nothing in it is a secret of a customer. */

import type { LogLine } from "../../contracts/migration/migration";
import type { DataOf, EventOf, OutcomeCounts, RunEvent } from "./events";
import { cautionsOf } from "./status";

const because = (reason: string): string => (reason ? `: ${reason}` : "");

const changed = (outcomes: OutcomeCounts): string =>
	Object.entries(outcomes)
		.filter(([, count]) => count !== 0)
		.map(([outcome, count]) => `${count} ${outcome}`)
		.join(", ") || "nothing changed";

const MOST_NAMES = 5;
const written = (names: readonly string[]): string => {
	const some = names.slice(0, MOST_NAMES).join(", ");
	return names.length === 0 ? "none" : `${names.length} (${some}${names.length > MOST_NAMES ? " …" : ""})`;
};

const held = (waiting: number, left: number): string =>
	(waiting > 0 ? `; ${waiting} gone from the source wait for a word` : "") +
	(left > 0 ? `; ${left} gone from the source cannot be taken away` : "");

const WORDS: { readonly [T in RunEvent["type"]]: (data: DataOf<T>) => string } = {
	planned: ({ mapping, plan, definition }) =>
		[
			`Planned by ${mapping}: ${plan.streams.map(({ stream, move }) => `${move} ${stream}`).join(", ")} to move.`,
			...cautionsOf({ plan, definition })
		].join(" "),
	redefined: ({ changed: paths }) =>
		`The definition was changed in ${paths.join(", ") || "its spelling, or its secrets were sealed with another key"}.`,
	taken: () => "A controller took the run over.",
	backedUp: ({ path }) => (path ? `The target's database was copied to ${path}.` : "The operator took a backup."),
	copied: ({ stream, batch, outcomes, last }) =>
		`${stream}: batch ${batch} copied, ${changed(outcomes)}${last ? "; the copy is complete" : ""}.`,
	settled: ({ stream, batch, moved, removed, held }) =>
		`${stream}: batch ${batch} outside the copy: ${written(moved.map(([, name]) => name))} written, ${removed.length} removed, ${held.length} held.`,
	compared: ({ stream, batch, compared, differences, last, absent, holds = false, once = [], left = [] }) =>
		`${stream}: page ${batch} compared, ${compared} records, ${differences} differ${last ? "; the listing is whole" : ""}${held(holds ? absent.length - once.length - left.length : 0, left.length)}.`,
	again: ({ stream, force, reason, removals }) =>
		`${stream}: ${force ? "repaired and " : ""}compared once more${removals === undefined ? "" : `, ${removals} deletions confirmed`}${because(reason)}.`,
	surveyed: ({ stream, extra }) => `${stream}: ${extra} records only the target has.`,
	accepted: ({ codes }) => `Accepted, needs nobody's hand: ${codes.join(", ")}.`,
	finished: ({ result, certificate }) =>
		`Finished, ${result}${certificate ? `; certificate ${certificate}` : "; no certificate"}.`,
	failed: ({ code, message }) => `Stopped (${code}): ${message}`,
	paused: ({ reason }) => `Paused${because(reason)}.`,
	restored: ({ backup }) =>
		`Put back from a backup of ${backup}: it rests until it is started, and what it did since then is looked for at the target.`,
	cancelled: ({ reason }) => `Cancelled${because(reason)}.`,
	undoing: ({ reason }) => `Rolling back${because(reason)}.`,
	undone: ({ stream, restored, changed: left, last, tries = [] }) =>
		`${stream}: ${restored} put back, ${left} left${tries.length > 0 ? `, ${tries.length} to be tried again` : ""}${last ? "; done" : ""}.`,
	rolledBack: ({ changed: left }) => `Rolled back; ${left} records were left, each with its reason.`
};

export const logLine = <T extends RunEvent["type"]>({ type, data }: EventOf<T>, id: string, at: string): LogLine => ({
	id,
	at,
	event: type,
	says: WORDS[type](data)
});
