/**
 * How far a run is, on standard error: in a terminal one line a stream, drawn anew in its place; where no one watches a
 * line every ten seconds, and one at each change of what a stream is at.
 */

import type { Status, StreamStatus } from "../contracts/migration/migration";
import { shown } from "../domain/text/visible";
import { nth } from "../domain/there";
import { Growth, type Pace } from "./rates";
import type { Style } from "./terminal/paper";
import type { Screen } from "./terminal/screen";
import { cut, padEnd, padStart, widthOf } from "./terminal/width";
import { duration } from "./text/words";

export interface Progress {
	show(status: Status): void;
	/** What stood there goes; what was said stays. */
	stop(): void;
}

/** What a stream is at. */
interface Stage {
	readonly doing: string;
	readonly value: number;
	readonly total: number;
	/** `now`: it is being worked on. */
	readonly at: "before" | "now" | "after";
}

/** Each stream's stage, in their order. Pure. */
export function stagesOf({ phase, streams }: Pick<Status, "phase" | "streams">, dry = false): Stage[] {
	if (phase.startsWith("roll")) return rolling(streams, phase === "rolled-back");
	const copying = streams.findIndex(({ copied }) => !copied);
	if (copying !== -1 || dry) return copyingStages(streams, copying, dry ? DRY : WET);
	const comparing = streams.findIndex(({ complete, extra }) => complete === null || extra === null);
	return streams.map((stream, index) =>
		phase === "finished" || comparing === -1 ? compared(stream, -1) : compared(stream, index - comparing)
	);
}

type Words = readonly [now: string, after: string];
const WET: Words = ["copying", "copied"];
/** Nothing is written by a dry run. */
const DRY: Words = ["looking", "looked at"];

function copyingStages(streams: readonly StreamStatus[], copying: number, [now, after]: Words): Stage[] {
	return streams.map(({ read, total, copied }, index) => {
		const place = { value: read, total: Math.max(total, read) };
		if (copied) return { doing: after, at: "after", ...place };
		return index === copying ? { doing: now, at: "now", ...place } : { doing: "waiting", at: "before", ...place };
	});
}

/** @param ahead streams between this one and the one that is compared */
function compared(stream: StreamStatus, ahead: number): Stage {
	const { read, total, compared: value, pass, complete, extra } = stream;
	if (ahead > 0) return { doing: "copied", value: read, total: Math.max(total, read), at: "before" };
	const place = { value, total: Math.max(movedOf(stream), value) };
	if (ahead < 0 || (complete !== null && extra !== null)) return { doing: "compared", at: "after", ...place };
	return { doing: pass > 1 ? `comparing (listing ${pass})` : "comparing", at: "now", ...place };
}

const movedOf = ({ outcomes: { created, updated, unchanged } }: StreamStatus): number => created + updated + unchanged;

/** What depends on others goes before them: the last stream first. */
function rolling(streams: readonly StreamStatus[], over: boolean): Stage[] {
	const done = ({ restored, changedSince }: StreamStatus): number => restored + changedSince;
	const most = (stream: StreamStatus): number =>
		Math.max(stream.outcomes.created + stream.outcomes.updated, done(stream));
	const now = over ? -1 : streams.findLastIndex(stream => done(stream) < most(stream));
	return streams.map((stream, index) => {
		const place = { value: done(stream), total: most(stream) };
		if (index === now) return { doing: "putting back", at: "now", ...place };
		return index < now ? { doing: "waiting", at: "before", ...place } : { doing: "put back", at: "after", ...place };
	});
}

const BAR = { most: 24, least: 6 } as const;
const MARKS = { before: " ", now: "›", after: "✓" } as const;
const STYLES: Readonly<Record<Stage["at"], Style>> = { before: "dim", now: "cyan", after: "green" };
/** Longer without any growth is worth a word, in seconds. */
const STILL = 15;

const percent = ({ value, total, at }: Stage): string =>
	total === 0 ? (at === "before" ? "" : "100 %") : `${Math.floor((value * 100) / total)} %`;

function paceText({ at }: Stage, { rate, seconds, still }: Pace): string {
	if (at !== "now") return "";
	if (still > STILL) return `no change for ${duration(still)}`;
	const speed = rate === null || rate === 0 ? "" : `${rate < 10 ? rate.toFixed(1) : Math.round(rate)}/s`;
	return seconds === null ? speed : `${speed}, ${duration(seconds)} left`;
}

function barText({ value, total, at }: Stage, width: number): string {
	const full = total === 0 ? (at === "before" ? 0 : width) : Math.floor((value * width) / total);
	return "█".repeat(full) + "░".repeat(width - full);
}

interface Row {
	readonly stream: string;
	readonly stage: Stage;
	readonly pace: Pace;
}

/** The lines of a terminal of `width` columns: first the bars give way, then the pace. Pure. */
export function rowsText(rows: readonly Row[], width: number, paint: (style: Style, text: string) => string): string[] {
	const column = (text: (row: Row) => string): number => Math.max(0, ...rows.map(row => widthOf(text(row))));
	const count = ({ stage }: Row): string => `${stage.value}/${stage.total}`;
	const pace = (row: Row): string => paceText(row.stage, row.pace);
	const [names, doings, counts] = [column(row => shown(row.stream)), column(row => row.stage.doing), column(count)];
	const fixed = 4 + names + 2 + doings + 2 + 5 + 2 + counts;
	// The pace changes its width with every second: the bars do not follow it.
	const bar = Math.min(BAR.most, width - 1 - fixed - 2 - 2 - Math.max(22, column(pace)));
	return rows.map(row => {
		const { stage, stream } = row;
		const parts = [
			`  ${MARKS[stage.at]} ${padEnd(shown(stream), names)}`,
			padEnd(stage.doing, doings),
			...(bar < BAR.least ? [] : [barText(stage, bar)]),
			padStart(percent(stage), 5),
			padStart(count(row), counts),
			pace(row)
		];
		return paint(STYLES[stage.at], cut(parts.join("  ").trimEnd(), width - 1));
	});
}

/** How long comes first: the reason may be cut, and was said above. */
function waitText(waiting: string): string {
	const [, why = "", when = ""] = /^(.*) (Asked again (?:in|now).*)\.$/s.exec(shown(waiting)) ?? [
		"",
		"",
		shown(waiting)
	];
	return `  ! ${when}${why === "" ? "" : `: ${why}`}`;
}

/** How often it is said again what is still waited for, in ms. */
const REMINDED = 60_000;

/** How often a line is written where nothing is drawn, in ms. */
const EVERY = 10_000;

/** @param dry it is a dry run that is watched */
export function progressOn(
	screen: Screen,
	paint: (style: Style, text: string) => string,
	{ dry = false, now = Date.now }: { dry?: boolean; now?: () => number } = {}
): Progress {
	const growths = new Map<string, Growth>();
	const said = new Map<string, string>();
	let last = now();
	const wait = { why: "", seconds: 0, at: Number.NEGATIVE_INFINITY };

	const rowsOf = (status: Status): Row[] =>
		stagesOf(status, dry).map((stage, index) => {
			const { stream } = nth(status.streams, index);
			const growth = growths.get(stream) ?? new Growth();
			growths.set(stream, growth);
			return { stream, stage, pace: growth.seen(stage.doing, stage.value, stage.total, now()) };
		});

	const draw = (status: Status): void => {
		const lines = rowsText(rowsOf(status), screen.width, paint);
		const waits = status.waiting === null ? [] : [paint("yellow", cut(waitText(status.waiting), screen.width - 1))];
		screen.draw([...lines, ...waits]);
	};

	const sayRow = (name: string, { stream, stage, pace }: Row): void => {
		const rest = [percent(stage), paceText(stage, pace)].filter(text => text !== "").join(", ");
		screen.tell(
			shown(`${name}: ${stream}: ${stage.doing}, ${stage.value} of ${stage.total}${rest === "" ? "" : ` (${rest})`}`)
		);
	};

	/** The same reason is said once, and again where it goes on for long; how long until then stands below. */
	const sayWait = (name: string, waiting: string): void => {
		const why = waiting.replace(/ Asked again (in|now).*$/, "");
		const seconds = Number(/ Asked again in (\d+) s/.exec(waiting)?.[1] ?? 0);
		// A longer wait is news; the same one, or one that runs down, is not.
		const due = seconds > wait.seconds ? EVERY : REMINDED;
		if (why === wait.why && now() - wait.at < due) return;
		Object.assign(wait, { why, seconds, at: now() });
		screen.tell(shown(`${name}: ${waiting}`));
	};

	const write = (status: Status): void => {
		const rows = rowsOf(status);
		const changed = rows.filter(({ stream, stage }) => stage.at !== "before" && said.get(stream) !== stage.doing);
		const due = now() - last >= EVERY ? rows.filter(row => row.stage.at === "now" && !changed.includes(row)) : [];
		for (const row of [...changed, ...due]) sayRow(status.name, row);
		for (const { stream, stage } of changed) said.set(stream, stage.doing);
		if (changed.length + due.length > 0) last = now();
	};

	return {
		show: status => {
			// In a terminal it also stands below, with the time that is left; what was waited for remains to be read.
			if (status.waiting !== null) sayWait(status.name, status.waiting);
			if (screen.redraws) draw(status);
			else write(status);
		},
		stop: () => screen.clear()
	};
}
