/** What text is laid out for: how wide it may be, whether it may be coloured, and in whose words it is. */

import { VOCABULARY } from "../../domain/migration/mappings";
import type { Vocabulary } from "../../domain/migration/vocabulary";
import { marked, type Style } from "./marks";
import type { Output } from "./screen";

export type { Style };

export interface Paper {
	/** Columns; infinite where no one looks. */
	readonly width: number;
	paint(style: Style, text: string): string;
	/** What records are called, and what codes mean. */
	readonly words: Vocabulary;
}

/** Neither colours nor an end. */
export const PLAIN: Paper = { width: Number.POSITIVE_INFINITY, paint: (_style, text) => text, words: VOCABULARY };

/** Colours as `NO_COLOR`, `FORCE_COLOR` and `TERM` have it. */
export const paperOf = (stream: NodeJS.WriteStream, words = VOCABULARY): Paper => ({
	width: widthOfStream(stream),
	paint: (style, text) => marked(style, text, stream),
	words
});

const widthOfStream = ({ isTTY, columns }: Output): number => (isTTY ? columns || 80 : Number.POSITIVE_INFINITY);
