/** All that a collection is, line by line: as a backup has it. */

import type { Doc } from "./adapter";

export type WholeLine =
	| readonly ["record", Doc]
	/** What waits to be announced: its place, the event, its payload. */
	| readonly ["outbox", string, string, object]
	/** A receipt: the id of what was dealt with, its partition, its position. */
	| readonly ["inbox", string, number, number]
	/** A partition, and up to where it is dealt with. */
	| readonly ["passed", number, number];
