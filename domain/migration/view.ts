/**
 * What whoever only looks at a run needs of it, without what grows with its records: its status, and what the lines of its
 * reports depend on. Pure.
 */

import type { StreamRun } from "./run";
import { isUnreadable } from "./unreadable";

export interface StreamView extends Pick<StreamRun, "stream" | "batch"> {
	readonly comparison: Pick<StreamRun["comparison"], "pass" | "batch" | "absent" | "waiting" | "left">;
	/** Rows that the source could not show once, and that it does not list any more. */
	readonly mended: ReadonlySet<string>;
}

export function streamView({ stream, batch: counted, comparison, removed }: StreamRun): StreamView {
	const { pass, batch, absent, waiting, left } = comparison;
	const mended = new Set<string>();
	for (const id of removed.unnumbered()) if (isUnreadable(id)) mended.add(id);
	return {
		stream,
		batch: counted,
		comparison: { pass, batch, absent, waiting, left },
		mended
	};
}
