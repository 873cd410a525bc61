/** The upper part of the page: both sides, the times, the outcome, the certificate, a bar of outcomes. Pure. */

import type { Phase, Side, Status, StreamStatus } from "../../contracts/migration/migration";
import { OUTCOMES, type Outcome } from "../../contracts/migration/records";
import type { Vocabulary } from "../../domain/migration/vocabulary";
import { html, joined, type Markup } from "../../domain/text/html";
import { maskText } from "../../domain/text/masking";
import { atTarget, restoredOf, sum } from "../text/hand";
import { tookOf } from "../text/words";

export const number = (count: number): string => count.toLocaleString("en");

/** A rollback has begun, and was not cancelled. */
export const isTakenBack = (phase: Phase): boolean => phase === "rolling-back" || phase === "rolled-back";

type Mood = "good" | "hand" | "open" | "bad";
interface Headline {
	readonly mood: Mood;
	readonly word: string;
	readonly says: string;
}

const records = (count: number): string => `${number(count)} ${count === 1 ? "record" : "records"}`;

/** In a word and in a sentence, how it stands. @param hand records that need somebody's hand */
export function headline(status: Status, hand: number): Headline {
	const { phase, verdict } = status;
	if (phase === "rolled-back") return rolledBack(status);
	if (phase === "cancelled") return cancelled(status);
	if (phase !== "finished" || verdict === null) return notOver(status);
	const accounted = `${number(verdict.accountedFor)} of ${records(verdict.total)} accounted for`;
	return hand === 0
		? { mood: "good", word: "Complete", says: `${accounted}; nothing needs anybody's hand.` }
		: {
				mood: "hand",
				word: "Complete, with things to do",
				says: `${accounted}; ${number(hand)} ${hand === 1 ? "needs" : "need"} somebody's hand.`
			};
}

function notOver(status: Status): Headline {
	const { phase, failure, running } = status;
	const back = isTakenBack(phase) ? ` ${records(restoredOf(status))} put back so far.` : "";
	const [read, total] = [sum(status, each => each.read), sum(status, each => Math.max(each.total, each.read))];
	const says = `${number(read)} of ${records(total)} read so far.${back}`;
	if (failure && !running) return { mood: "bad", word: "Stopped", says: `${maskText(failure.message)} ${says}` };
	return { mood: "open", word: running ? "Under way" : "Not finished", says };
}

function cancelled(status: Status): Headline {
	const back = restoredOf(status);
	const before = back > 0 ? `; ${records(back)} were put back before that` : "";
	return {
		mood: "open",
		word: "Cancelled",
		says: `What is at the target, ${records(sum(status, atTarget))}, stays${before}.`
	};
}

function rolledBack(status: Status): Headline {
	const [restored, left] = [restoredOf(status), sum(status, each => each.changedSince)];
	const says = `${records(restored)} put back as before${left > 0 ? `; ${number(left)} left, for somebody to look at` : ""}.`;
	return { mood: left > 0 ? "hand" : "good", word: "Rolled back", says };
}

function side(role: string, { system, version, address }: Side, words: Vocabulary): Markup {
	const title = system === null ? "Unknown" : words.titleOf(system);
	return html`<div class="side"><p class="eyebrow">${role}</p><p class="system">${title}${version ? html` <span>${version}</span>` : ""}</p><p class="address"><bdi>${address ?? "address not known"}</bdi></p></div>`;
}

/** The head of the page. */
export const heading = (status: Status, { mood, word, says }: Headline, words: Vocabulary): Markup =>
	html`<header><div class="wrap"><p class="eyebrow">Migration report</p><h1><bdi>${status.name}</bdi></h1>
<p class="lead"><strong class="pill ${mood}">${word}</strong> ${says}</p>
<div class="sides">${side("From", status.source, words)}<p class="arrow" aria-hidden="true">→</p>${side("To", status.target, words)}</div>${status.cautions.map(caution)}</div></header>\n`;

const caution = (text: string): Markup => html`<p class="caution">${maskText(text)}</p>`;

/** `2026-11-26 17:01:27 UTC` */
const time = (iso: string | null): Markup | string =>
	iso === null ? "–" : html`<time datetime="${iso}">${iso.slice(0, 19).replace("T", " ")} UTC</time>`;

const card = (title: string, value: string | Markup, note: string | Markup = "", kind = ""): Markup =>
	html`<div class="card${kind && ` ${kind}`}"><dt>${title}</dt><dd>${value}${note && html`<small>${note}</small>`}</dd></div>`;

export function cards(status: Status, hand: number): Markup {
	const { verdict, phase } = status;
	const isOver = verdict !== null && phase === "finished";
	const found = sum(status, ({ differences }) => differences);
	return html`<section class="wrap" aria-label="In figures"><dl class="cards">${[
		card(
			"Accounted for",
			number(isOver ? verdict.accountedFor : sum(status, ({ read }) => read)),
			`of ${number(isOver ? verdict.total : sum(status, ({ total, read }) => Math.max(total, read)))} at the source`
		),
		standing(status),
		card("Need a hand", number(hand), hand === 0 ? "nothing to do" : "see below", hand === 0 ? "good" : "hand"),
		card(
			"Differences",
			number(found),
			`of ${number(sum(status, ({ compared }) => compared))} compared`,
			found === 0 ? "" : "hand"
		),
		card("Took", tookOf(status) ?? "–", timesOf(status), "times"),
		certificate(isOver ? verdict.certificate : null, phase)
	]}</dl></section>\n`;
}

/** What the last time of a run is that it had after it was complete. */
const LAST: Readonly<Partial<Record<Phase, string>>> = {
	finished: "last compared",
	"rolled-back": "rolled back",
	cancelled: "cancelled"
};

export function timesOf({ startedAt, completedAt = null, finishedAt, phase }: Status): Markup {
	const [complete, over] = phase === "finished" ? [completedAt ?? finishedAt, finishedAt] : [completedAt, finishedAt];
	const ended = over !== null && over !== complete ? html`<br>${LAST[phase] ?? "ended"} ${time(over)}` : "";
	return html`begun ${time(startedAt)}<br>finished ${time(complete)}${ended}`;
}

function standing(status: Status): Markup {
	const [back, there] = [restoredOf(status), number(sum(status, atTarget))];
	return back > 0 || isTakenBack(status.phase)
		? card("Put back", number(back), `as before; ${there} at the target by now`)
		: card("At the target", there, "created, updated, or right already");
}

const certificate = (digest: string | null, phase: Phase): Markup =>
	digest === null
		? card(
				"Certificate",
				"none",
				isTakenBack(phase) ? "what was moved was put back" : "given once both sides were compared and found equal",
				"wide"
			)
		: card("Certificate", html`<code>${digest}</code>`, "both sides were compared, and found equal", "wide");

const WIDTH = 1000;

/** One bar a stream: how many records came to what. */
export const bars = (status: Status, words: Vocabulary): Markup =>
	html`<section class="wrap" aria-labelledby="outcomes"><h2 id="outcomes">What became of them</h2>\n${joined(
		status.streams.map(stream => bar(stream, words)),
		"\n"
	)}</section>\n`;

interface Part {
	readonly kind: Outcome;
	readonly says: string;
	readonly count: number;
}

/** What a rollback put back is not what it came to before. */
function partsOf(stream: StreamStatus): Part[] {
	const { outcomes, restored } = stream;
	const all = OUTCOMES.map((kind): Part => ({ kind, says: kind, count: outcomes[kind] }));
	const parts: Part[] = [
		{ kind: "unchanged", says: "put back", count: restored },
		{ kind: "created", says: "at the target", count: atTarget(stream) },
		...all.filter(({ kind }) => !AT_TARGET.has(kind))
	];
	return (restored === 0 ? all : parts).filter(({ count }) => count > 0);
}
const AT_TARGET: ReadonlySet<Outcome> = new Set(["created", "updated", "unchanged"]);

function bar(status: StreamStatus, words: Vocabulary): Markup {
	const { stream, read, extra } = status;
	const parts = partsOf(status);
	const label = parts.map(({ says, count }) => `${number(count)} ${says}`).join(", ") || "nothing yet";
	let at = 0;
	const rects = parts.map(({ kind, count }) => {
		const width = (count / Math.max(read, 1)) * WIDTH;
		const rect = html`<rect class="${kind}" x="${at.toFixed(2)}" y="0" width="${Math.max(width, 3).toFixed(2)}" height="16"/>`;
		at += width;
		return rect;
	});
	const legend = parts.map(
		({ kind, says, count }) => html`<li><span class="dot ${kind}"></span>${number(count)} ${says}</li>`
	);
	const others = extra ? html`<li class="extra">${words.countOf(stream, extra)} at the target alone</li>` : "";
	return html`<div class="bar"><h3>${stream} <span>${number(read)}</span></h3><svg viewBox="0 0 ${WIDTH} 16" preserveAspectRatio="none" role="img" aria-label="${stream}: ${label}">${rects}</svg><ul>${legend}${others}</ul></div>`;
}
