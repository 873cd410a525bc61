/** Cursors are JSON that only the connector that gave them reads. */

import { ConnectorError, type Cursor } from "./connector";

/** @param title of the system, for the message when the cursor is another's */
export function readCursor<T>(cursor: Cursor, isOurs: (value: unknown) => value is T, title: string): T {
	const value = parsed(cursor);
	if (isOurs(value)) return value;
	throw new ConnectorError("not-a-cursor", `The cursor is not one of ${title}'s: begin from the start.`);
}

function parsed(cursor: Cursor): unknown {
	try {
		return JSON.parse(cursor);
	} catch {
		return undefined;
	}
}
