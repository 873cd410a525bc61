/** The words of mappings, for people: what records are called, what codes mean, whom of the customers to tell. Pure. */

import { type CodeWords, type Meaning, type Meanings, type Noun, told } from "../meaning";
import { own } from "../own";
import { COMMON } from "./common-meanings";
import type { OldLinks } from "./old-links";

/** A table of those who should be told, for a spreadsheet. */
export interface Customers {
	/** The stream that they are in. */
	readonly stream: string;
	/** The table's head. */
	readonly columns: readonly [owner: string, name: string, renamed: string, sentence: string];
}

/** What an operator takes from the source to the target by hand: neither a record nor told in a finding, it goes to a file. */
export interface ArtefactWords {
	readonly noun: Noun;
	/** What of it nobody else may see. */
	readonly secrets: string;
	/** What to do with the file, as the rest of a sentence. */
	readonly todo: string;
}

/** What a mapping calls things. */
export interface Wording {
	/** What its codes mean, beside those that any mapping may give. */
	readonly losses: Meanings;
	/** What a record of a stream is called. */
	readonly nouns: Readonly<Record<string, Noun>>;
	/** What its systems are called. */
	readonly titles: Readonly<Record<string, string>>;
	readonly customers?: Customers;
	/** By kind. */
	readonly artefacts?: Readonly<Record<string, ArtefactWords>>;
	/** The links that the source's customers have stored. */
	readonly oldLinks?: OldLinks;
}

export interface Vocabulary extends CodeWords {
	readonly customers: Customers | undefined;
	readonly artefacts: Readonly<Record<string, ArtefactWords>>;
	readonly oldLinks: readonly OldLinks[];
	/** Undefined for a code of an older version, which a store may still hold. */
	meaningOf(code: string): Meaning | undefined;
	/** One sentence about all records of a stream that have a code: never one person's. */
	sentenceOf(code: string, stream: string, count: number): string;
	titleOf(system: string): string;
}

const RECORD: Noun = ["record", "records"];

/** @param wordings of the mappings whose words are met; a code is one row in all of them */
export function vocabularyOf(wordings: readonly Wording[]): Vocabulary {
	const merged = <T>(part: (wording: Wording) => Readonly<Record<string, T>> | undefined): Record<string, T> =>
		Object.assign({}, ...wordings.map(part));
	const meanings: Meanings = { ...COMMON, ...merged(({ losses }) => losses) };
	const [nouns, titles] = [merged(wording => wording.nouns), merged(wording => wording.titles)];
	const meaningOf = (code: string): Meaning | undefined => own(meanings, code);
	const countOf = (stream: string, count: number): string => {
		const [one, many] = own(nouns, stream) ?? RECORD;
		return `${count} ${count === 1 ? one : many}`;
	};
	return {
		meanings,
		customers: wordings.find(({ customers }) => customers)?.customers,
		artefacts: merged(({ artefacts }) => artefacts),
		oldLinks: wordings.flatMap(({ oldLinks }) => oldLinks ?? []),
		meaningOf,
		countOf,
		sentenceOf: (code, stream, count) => {
			const meaning = meaningOf(code);
			return meaning
				? told(meaning, countOf(stream, count), count)
				: `${count} of ${stream}: ${code}, which this version does not know.`;
		},
		titleOf: system => own(titles, system) ?? system
	};
}

/** Where a code's row stands, for those who ask a server. */
export const lossPath = (code: string): string => `/docs/losses#${code}`;

/** The same, in this repository. */
export const lossFile = (code: string): string => `docs/losses.md#${code}`;
