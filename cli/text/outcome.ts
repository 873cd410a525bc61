/** The last lines of a command: what is done, how many records need a hand, what to type next. Pure. */

import type { Plan, Status } from "../../contracts/migration/migration";
import { shown } from "../../domain/text/visible";
import type { Paper, Style } from "../terminal/paper";
import { widthOf, wrap } from "../terminal/width";
import { linesOfPlan } from "./codes";
import { atTarget, handText, needHand, restoredOf, sum, wouldNeed } from "./hand";
import { command, duration, records, tookOf } from "./words";

/** What a command was given that the next one needs too. */
export interface Given {
	/** The definition's file. */
	readonly file?: string | undefined;
	/** The server, where it was named by hand. */
	readonly url?: string | undefined;
	/** Who else holds the data folder, so that what looks stopped may be at work there. */
	readonly holder?: string | undefined;
}

interface Outcome {
	readonly done: string;
	readonly style?: Style;
	/** How many need a hand. */
	readonly hand?: string;
	/** What to do, and the command for it. */
	readonly next: readonly [says: string, ...command: string[]] | null;
}

type State =
	| "running"
	| "failed"
	| "planned"
	| "stopped"
	| "clean"
	| "attention"
	| "cancelled"
	| "undoing"
	| "undone"
	| "elsewhere";

function stateOf({ phase, running, failure, verdict }: Status): State {
	if (running) return "running";
	if (phase === "rolled-back") return "undone";
	if (phase === "cancelled") return "cancelled";
	if (phase === "finished") return verdict?.result === "clean" ? "clean" : "attention";
	if (failure !== null) return "failed";
	if (phase === "rolling-back") return "undoing";
	return phase === "planned" ? "planned" : "stopped";
}

const REPORT = (name: string): string[] => ["migration", "report", name, "--format", "html", "--out", `${name}.html`];
const goOn = ({ name, phase }: Status, { file = "FILE" }: Given): string[] =>
	phase === "rolling-back" ? ["migration", "rollback", name] : ["migration", "run", file];

const accounted = (status: Status): string => {
	const { verdict } = status;
	if (verdict === null) return "Done.";
	const certificate = verdict.certificate === null ? "no certificate" : `certificate ${verdict.certificate}`;
	const took = tookOf(status);
	const unproven = verdict.unproven ? ` ${verdict.unproven}` : "";
	return `Done${took === undefined ? "" : ` in ${took}`}: ${verdict.accountedFor} of ${verdict.total} accounted for · ${verdict.differences} differences · ${certificate}.${unproven}`;
};

const atRest = (status: Status): string =>
	`${sum(status, ({ read }) => read)} of ${sum(status, ({ total, read }) => Math.max(total, read))} records read, ${sum(status, atTarget)} at the target.`;

/** What differs goes before what was lost; deletions that wait are named by `diff`, and confirmed by the command it says. */
function nextOfAttention({ name, verdict }: Status): Outcome["next"] {
	const waiting = verdict?.needHand.removals ?? 0;
	if (waiting > 0)
		return [
			`${waiting} of them were deleted at the source (\`${command(["migration", "diff", name])}\` names them). To follow:`,
			...["migration", "repair", name, "--removals", String(waiting)]
		];
	return (verdict?.differences ?? 0) > 0
		? ["What differs:", "migration", "diff", name]
		: ["Who they are, and what to do:", ...REPORT(name)];
}

const atTargetText = (count: number): string =>
	`${records(count)} ${count === 1 ? "is at the target and stays" : "are at the target and stay"} there`;
const putBackText = (count: number): string => (count === 0 ? "" : `; ${count} were put back before that`);

/** What only looks as if nobody were at it. */
const LOOKS_STOPPED: ReadonlySet<State> = new Set(["planned", "stopped", "undoing"]);

const OUTCOMES: Readonly<Record<State, (status: Status, given: Given) => Outcome>> = {
	running: status => ({
		done: `At work: ${atRest(status)}`,
		next: ["To watch it:", "migration", "status", status.name, "--watch"]
	}),
	failed: (status, given) => ({
		done: `Stopped: ${shown(status.failure?.message ?? "")} Nothing is lost.`,
		style: "red",
		next: ["Mend what it says, then go on:", ...goOn(status, given)]
	}),
	elsewhere: (status, { holder }) => ({
		done: `At work, as it seems: process ${holder} holds the data folder. ${atRest(status)}`,
		next: ["To watch it:", "migration", "status", status.name, "--watch"]
	}),
	planned: (status, given) => ({
		done: "Planned; nothing has been written.",
		next: ["To begin:", ...goOn(status, given)]
	}),
	stopped: (status, given) => ({
		done: `${status.paused ? "Paused" : "Not at work"}: ${atRest(status)} Nothing is lost.`,
		hand: handText(needHand(status), status.verdict === null),
		next: ["To go on:", ...goOn(status, given)]
	}),
	clean: status => ({
		done: accounted(status),
		style: "green",
		hand: handText(needHand(status)),
		next: ["The report:", ...REPORT(status.name)]
	}),
	attention: status => ({
		done: accounted(status),
		style: "yellow",
		hand: handText(needHand(status)),
		next: nextOfAttention(status)
	}),
	cancelled: status => ({
		done: `Cancelled for good: ${atTargetText(sum(status, atTarget))}${putBackText(restoredOf(status))}.`,
		next: ["To take them back:", "migration", "rollback", status.name]
	}),
	undoing: (status, given) => ({
		done: `The rollback is not over: ${restoredOf(status)} records put back so far. Nothing is lost.`,
		next: ["To go on:", ...goOn(status, given)]
	}),
	undone: status => {
		const left = sum(status, ({ changedSince }) => changedSince);
		return {
			done: `Rolled back: ${records(restoredOf(status))} put back as before, ${left} left as they are.`,
			style: left === 0 ? "green" : "yellow",
			hand: handText(left),
			next: left === 0 ? null : ["Which, and why:", "migration", "diff", status.name]
		};
	}
};

/** Of a status, whatever it is. */
export function outcomeOf(status: Status, given: Given, paper: Paper): string[] {
	const seen = stateOf(status);
	const state = given.holder !== undefined && !status.paused && LOOKS_STOPPED.has(seen) ? "elsewhere" : seen;
	return told(OUTCOMES[state](status, given), given, paper);
}

/** Of the few that went first, and of the streams before theirs, which went whole. */
export const fewNeedHand = (status: Status): number => needHand({ ...status, verdict: null });

/** Of a run of a few: it rests, and the rest is still to come. */
export const outcomeOfFew = (status: Status, given: Given, paper: Paper): string[] =>
	told(
		{
			done:
				fewNeedHand(status) === 0
					? "These few are at the target as they should be; the others have not been touched."
					: "These few were tried, after the streams that theirs rests on; the others have not been touched.",
			style: fewNeedHand(status) === 0 ? "green" : "yellow",
			hand: fewNeedHand(status) === 0 ? "None of them needs your hand." : handText(fewNeedHand(status), true),
			next: ["Not happy? Roll back. Otherwise go on with the rest:", "migration", "run", given.file ?? "FILE"]
		},
		given,
		paper
	);

/** Of a dry run. */
export function outcomeOfDryRun(status: Status, given: Given, paper: Paper): string[] {
	const done = `Nothing has been written. Of ${records(sum(status, ({ read }) => read))}, ${sum(status, atTarget)} would be at the target.`;
	return told(
		{ done, hand: wouldNeed(needHand(status)), next: ["To move them:", "migration", "run", given.file ?? "FILE"] },
		given,
		paper
	);
}

/** Of a plan. */
export function outcomeOfPlan(plan: Plan, given: Given, paper: Paper): string[] {
	const file = given.file ?? "FILE";
	const refusals = plan.findings.filter(({ ok }) => !ok).length;
	if (!plan.ok)
		return told(
			{
				done: `Refused: ${refusals} ${refusals === 1 ? "thing keeps" : "things keep"} it from beginning. Nothing has been written.`,
				style: "red",
				next: ["Mend what is marked ✗, then look again:", "migration", "plan", file]
			},
			given,
			paper
		);
	if (plan.begun)
		return told(
			{
				done: `${plan.begun.next} Nothing has been written by this look.`,
				next: ["Where it stands:", "migration", "status", plan.name]
			},
			given,
			paper
		);
	const moves = plan.streams.reduce((all, { move }) => all + move, 0);
	const hand = plan.streams
		.flatMap(stream => linesOfPlan(stream, paper.words))
		.reduce((all, { place, count }) => all + (place === "act" ? count : 0), 0);
	return told(
		{
			done: `Ready: ${records(moves)} to move, about ${duration(plan.estimateSeconds)} to copy. Nothing has been written.`,
			style: "green",
			hand: wouldNeed(hand),
			next: ["To see what would become of each:", "migration", "dry-run", file]
		},
		given,
		paper
	);
}

function told({ done, style, hand = "", next }: Outcome, { url }: Given, paper: Paper): string[] {
	const [says, ...words] = next ?? [""];
	return [
		"",
		...wrap(done, paper.width - 1, "  ").map(line => (style ? paper.paint(style, line) : line)),
		...(hand === "" ? [] : [paper.paint("bold", hand)]),
		...(words.length === 0 ? [] : typed(says, command(words, url), paper))
	];
}

/** A command stands in a line of its own where it would be broken, so that it can be copied. */
const typed = (says: string, text: string, paper: Paper): string[] =>
	widthOf(says) + 1 + widthOf(text) < paper.width
		? [`${says} ${paper.paint("bold", text)}`]
		: [...wrap(says, paper.width - 1, "  "), paper.paint("bold", text)];
