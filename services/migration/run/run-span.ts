/** How a run, or a rehearsal of one, stands in traces: its name says which it is, and is no part of the span's. */

import type { What } from "../../../cluster/span";

export const runSpan = (name: string, migration: string): What => ({
	name,
	kind: "internal",
	attributes: { "banyan.migration": migration }
});
