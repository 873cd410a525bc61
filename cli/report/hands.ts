/** The middle of the page: what needs somebody's hand, by what to do, and what else there is to know. Pure. */

import type { Phase, Status } from "../../contracts/migration/migration";
import { keysOf } from "../../contracts/table";
import { lossFile, lossPath, type Vocabulary } from "../../domain/migration/vocabulary";
import { html, joined, type Markup, prose } from "../../domain/text/html";
import { type Group, type Listed, MOST_LISTED, needsHand, wordsOf } from "./groups";
import { number } from "./summary";

/** What explains codes. */
export interface Explained {
	readonly words: Vocabulary;
	/** Whose pages do; null: the repository's document does. */
	readonly server: string | null;
}

/** Where nothing needs a hand: what is so, by then. */
const AT_REST: Partial<Record<Phase, string>> = {
	finished: ". Every record is where it should be",
	cancelled: "",
	"rolled-back": ". The target is as it was before"
};

export function hands(groups: readonly Group[], context: Explained, { phase }: Pick<Status, "phase">): Markup {
	const due = groups.filter(needsHand);
	const body =
		due.length === 0
			? html`<p class="none">Nothing${AT_REST[phase] ?? " by now"}.</p>`
			: joined(
					due.map(group => article(group, context)),
					"\n"
				);
	return html`<section class="wrap" aria-labelledby="hand"><h2 id="hand">Needs your hand</h2>\n${body}</section>\n`;
}

const bdi = (text: string): Markup => html`<bdi>${text}</bdi>`;

function article(group: Group, context: Explained): Markup {
	const { says, means, todo, whom } = wordsOf(group, context.words);
	const id = `hand-${group.stream}-${group.code}`.replace(/[^\w-]/g, "-");
	return html`<article class="hand" aria-labelledby="${id}"><h3 id="${id}">${prose(says)}</h3>
<p class="todo"><strong>What to do.</strong> ${prose(todo)}</p>
${means && html`<p>${prose(means)}</p>`}
<p class="about">${codeLink(group.code, context.server)} · for the ${whom}</p>
${recordList(group)}</article>`;
}

function codeLink(code: string, server: string | null): Markup {
	const name = html`<code>${code}</code>`;
	if (server === null) return html`${name} in ${lossFile(code)}`;
	return html`<a href="${new URL(lossPath(code), server).href}">${name}</a>`;
}

/** So few are shown at once. */
const OPEN = 8;

function recordList({ records, count, stream, code, compared }: Group): Markup | string {
	if (records.length === 0) return "";
	// What is said of all of them alike was said above.
	const each = new Set(records.map(({ reason }) => reason)).size > 1 || records.length === 1;
	const title = count > records.length ? `The first ${MOST_LISTED} of ${number(count)}` : `All ${number(count)}`;
	const items = joined(
		records.map(record => item(record, each)),
		"\n"
	);
	const more = compared
		? ""
		: html`<p><button type="button" class="show" data-stream="${stream}" data-code="${code}" hidden>Show ${count === 1 ? "it" : `all ${number(count)}`} in the table</button></p>`;
	return html`<details${records.length <= OPEN ? " open" : ""}><summary>${count === 1 ? "The record" : title}</summary><ul class="records">\n${items}\n</ul></details>${more}`;
}

function item({ name, target, owner, reason }: Listed, each: boolean): Markup {
	const there = target !== null && target !== name ? html` → ${bdi(target)}` : "";
	const whose = owner === null ? "" : html` <span class="owner">of ${bdi(owner)}</span>`;
	const why = each && reason !== "" ? html`<small><bdi dir="ltr">${reason}</bdi></small>` : "";
	return html`<li>${bdi(name)}${there}${whose}${why}</li>`;
}

const NOTICED = {
	accepted: ["Accepted", "They would need a hand, and were accepted for this migration."],
	degraded: ["Somebody may notice", "Moved, with something that works otherwise than before."],
	info: ["Nobody notices", "For the record."]
} as const;

/** All that needs nobody's hand. */
export function notices(groups: readonly Group[], context: Explained): Markup | string {
	const rest = groups.filter(group => !needsHand(group));
	const parts = keysOf(NOTICED).map(key => {
		const found = rest.filter(({ severity, accepted }) => (key === "accepted" ? accepted : severity === key));
		if (found.length === 0) return "";
		const [title, says] = NOTICED[key];
		return html`<details class="notice"${key === "info" ? "" : " open"}><summary><h3>${title}</h3></summary><p>${says}</p><ul>${joined(
			found.map(group => notice(group, context)),
			"\n"
		)}</ul></details>`;
	});
	if (rest.length === 0) return "";
	return html`<section class="wrap" aria-labelledby="notices"><h2 id="notices">Good to know</h2>\n${joined(parts, "\n")}</section>\n`;
}

function notice(group: Group, context: Explained): Markup {
	const { says, todo } = wordsOf(group, context.words);
	const what = /^Nothing\.?$/.test(todo) ? "" : html` ${prose(todo)}`;
	return html`<li>${prose(says)}${what} <span class="about">${codeLink(group.code, context.server)}</span></li>`;
}
