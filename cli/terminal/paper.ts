/** What text is laid out for: how wide it may be, and whether it may be coloured. */

import { marked, type Style } from "./marks";
import type { Output } from "./screen";

export type { Style };

export interface Paper {
	/** Columns; infinite where no one looks. */
	readonly width: number;
	paint(style: Style, text: string): string;
}

/** Neither colours nor an end. */
export const PLAIN: Paper = { width: Number.POSITIVE_INFINITY, paint: (_style, text) => text };

/** Colours as `NO_COLOR`, `FORCE_COLOR` and `TERM` have it. */
export const paperOf = (stream: NodeJS.WriteStream): Paper => ({
	width: widthOfStream(stream),
	paint: (style, text) => marked(style, text, stream)
});

const widthOfStream = ({ isTTY, columns }: Output): number => (isTTY ? columns || 80 : Number.POSITIVE_INFINITY);
