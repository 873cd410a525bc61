/** What every code means, as a document: docs/losses.md in the repository, /docs/losses at the server. Pure. */

import { type CodeWords, KINDS, type Kind, type Meaning, type Meanings, told } from "../meaning";

const TITLES: Readonly<Record<Kind, readonly [title: string, says: string]>> = {
	loss: ["Losses", "The record was moved, and this could not cross with it."],
	quarantine: [
		"Not moved",
		"The record waits for a human. What of it may be at the target all the same, its reason says."
	],
	outcome: ["Other outcomes", "Neither moved nor quarantined."],
	difference: ["Differences", "What a comparison found at the target, or what a rollback left there."]
};

const INTRODUCTION = [
	"Every code that a plan, a status, a report or a comparison gives: what it means, for whom, and what to do.",
	"`info`: nobody notices. `degraded`: somebody may. `act`: do something by hand; such a run ends with 4, unless the code is accepted."
];

/** One row as it is shown. */
export interface ShownMeaning {
	readonly code: string;
	readonly about: string;
	readonly says: string;
	readonly parts: readonly (readonly [term: string, text: string])[];
}

/** A number of records, where the document speaks of none in particular. */
const SOME = 3;

const streamOf = ({ streams }: Meaning): string => streams?.[0] ?? "";

export function shown(code: string, meaning: Meaning, words: CodeWords): ShownMeaning {
	const { kind, severity, streams, whom, means, todo, customers } = meaning;
	const some = words.countOf(streamOf(meaning), SOME);
	return {
		code,
		about: [
			...(kind === "loss" ? [[severity].flat().join(" or ")] : []),
			(streams ?? ["any stream"]).join(", "),
			`for the ${whom.join(", the ")}`
		].join(" · "),
		says: told(meaning, some, SOME).replace(some, some.replace(String(SOME), "…")),
		parts: [
			["What it means", means],
			["What to do", todo],
			...(customers === undefined ? [] : [["To the customer", customers] as const])
		]
	};
}

/** The codes of a kind, in the order of the alphabet. */
const codesOf = (meanings: Meanings, kind: Kind): [string, Meaning][] =>
	Object.entries(meanings)
		.filter(([, meaning]) => meaning.kind === kind)
		.sort(([a], [b]) => (a < b ? -1 : 1));

/** docs/losses.md; a heading is its own anchor. */
export function lossesDocument(words: CodeWords): string {
	const sections = KINDS.map(kind => {
		const [title, says] = TITLES[kind];
		return [
			`## ${title}`,
			says,
			...codesOf(words.meanings, kind).map(([code, meaning]) => section(shown(code, meaning, words)))
		];
	});
	return `${["# Losses and what to do about them", NOTICE, ...INTRODUCTION, ...sections.flat()].join("\n\n")}\n`;
}

const NOTICE = "<!-- `npm run docs` writes this file, out of what mappings mean by their codes. -->";

const section = ({ code, about, says, parts }: ShownMeaning): string =>
	[`### ${code}`, `${about}`, `> ${says}`, parts.map(([term, text]) => `- **${term}.** ${text}`).join("\n")].join(
		"\n\n"
	);

/** The same for a page: its sections, with their rows. */
export const lossSections = (words: CodeWords) =>
	KINDS.map(kind => ({
		title: TITLES[kind][0],
		says: TITLES[kind][1],
		rows: codesOf(words.meanings, kind).map(([code, meaning]) => shown(code, meaning, words))
	}));

export { INTRODUCTION as LOSSES_INTRODUCTION };
