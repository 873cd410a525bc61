/** The middle of the page: what needs somebody's hand, by what to do, and what else there is to know. Pure. */

import { lossFile, lossPath } from "../../domain/migration/meanings";
import { escapeHtml, prose } from "../../domain/platform/html";
import { type Group, type Listed, MOST_LISTED, needsHand, wordsOf } from "./groups";
import { number } from "./summary";

/** @param server whose pages explain the codes; null: the repository's document does */
export function hands(groups: readonly Group[], server: string | null): string {
	const due = groups.filter(needsHand);
	const body =
		due.length === 0
			? `<p class="none">Nothing. Every record is where it should be.</p>`
			: due.map(group => article(group, server)).join("\n");
	return `<section class="wrap" aria-labelledby="hand"><h2 id="hand">Needs your hand</h2>\n${body}</section>\n`;
}

const bdi = (text: string): string => `<bdi>${escapeHtml(text)}</bdi>`;

function article(group: Group, server: string | null): string {
	const { says, means, todo, whom } = wordsOf(group);
	const id = `hand-${group.stream}-${group.code}`.replace(/[^\w-]/g, "-");
	return `<article class="hand" aria-labelledby="${id}"><h3 id="${id}">${prose(says)}</h3>
<p class="todo"><strong>What to do.</strong> ${prose(todo)}</p>
${means && `<p>${prose(means)}</p>`}
<p class="about">${codeLink(group.code, server)} · for the ${escapeHtml(whom)}</p>
${recordList(group)}</article>`;
}

function codeLink(code: string, server: string | null): string {
	const name = `<code>${escapeHtml(code)}</code>`;
	if (server === null) return `${name} in ${escapeHtml(lossFile(code))}`;
	return `<a href="${escapeHtml(new URL(lossPath(code), server).href)}">${name}</a>`;
}

/** So few are shown at once. */
const OPEN = 8;

function recordList({ records, count, stream, code, compared }: Group): string {
	if (records.length === 0) return "";
	// What is said of all of them alike was said above.
	const each = new Set(records.map(({ reason }) => reason)).size > 1 || records.length === 1;
	const title = count > records.length ? `The first ${MOST_LISTED} of ${number(count)}` : `All ${number(count)}`;
	const items = records.map(record => item(record, each)).join("\n");
	const more = compared
		? ""
		: `<p><button type="button" class="show" data-stream="${escapeHtml(stream)}" data-code="${escapeHtml(code)}" hidden>Show ${count === 1 ? "it" : `all ${number(count)}`} in the table</button></p>`;
	return `<details${records.length <= OPEN ? " open" : ""}><summary>${count === 1 ? "The record" : title}</summary><ul class="records">\n${items}\n</ul></details>${more}`;
}

function item({ name, target, owner, reason }: Listed, each: boolean): string {
	const there = target !== null && target !== name ? ` → ${bdi(target)}` : "";
	const whose = owner === null ? "" : ` <span class="owner">of ${bdi(owner)}</span>`;
	const why = each && reason !== "" ? `<small><bdi dir="ltr">${escapeHtml(reason)}</bdi></small>` : "";
	return `<li>${bdi(name)}${there}${whose}${why}</li>`;
}

const NOTICED = {
	accepted: ["Accepted", "They would need a hand, and were accepted for this migration."],
	degraded: ["Somebody may notice", "Moved, with something that works otherwise than before."],
	info: ["Nobody notices", "For the record."]
} as const;

/** All that needs nobody's hand. */
export function notices(groups: readonly Group[], server: string | null): string {
	const rest = groups.filter(group => !needsHand(group));
	const parts = (Object.keys(NOTICED) as (keyof typeof NOTICED)[]).map(key => {
		const found = rest.filter(({ severity, accepted }) => (key === "accepted" ? accepted : severity === key));
		if (found.length === 0) return "";
		const [title, says] = NOTICED[key];
		return `<details class="notice"${key === "info" ? "" : " open"}><summary><h3>${title}</h3></summary><p>${says}</p><ul>${found.map(group => notice(group, server)).join("\n")}</ul></details>`;
	});
	if (rest.length === 0) return "";
	return `<section class="wrap" aria-labelledby="notices"><h2 id="notices">Good to know</h2>\n${parts.join("\n")}</section>\n`;
}

function notice(group: Group, server: string | null): string {
	const { says, todo } = wordsOf(group);
	const what = /^Nothing\.?$/.test(todo) ? "" : ` ${prose(todo)}`;
	return `<li>${prose(says)}${what} <span class="about">${codeLink(group.code, server)}</span></li>`;
}
