/** What SQLite's refusal means, in our own words: a message of a trigger or a rule may hold values. */

import { propertyOf } from "../../domain/unknown";
import { ConnectorError } from "../connector";

/** Its primary result codes: of failures that an operator can do something about. */
const MEANINGS: Readonly<Record<number, readonly [code: string, what: string, retryable?: true]>> = {
	1: ["wrong-system", "has not the tables or columns that are needed"],
	3: ["forbidden", "may not be read by this account"],
	5: ["throttled", "is locked by another program", true],
	6: ["throttled", "is locked by another program", true],
	8: ["forbidden", "may not be written by this account"],
	10: ["broken", "cannot be read or written by the system"],
	11: ["broken", "is damaged"],
	13: ["broken", "cannot be written: the disk is full"],
	14: ["unreachable", "cannot be opened by this account"],
	18: ["refused", "has no room for a value"],
	19: ["conflict", "refuses the row: a rule of its tables would be broken"],
	20: ["refused", "refuses a value"],
	26: ["wrong-system", "is no SQLite database"]
};

/** Undefined for what no database said. */
export function translate(error: unknown): ConnectorError | undefined {
	if (error instanceof ConnectorError) return error;
	const errcode = propertyOf(error, "errcode");
	if (typeof errcode !== "number") return undefined;
	const [code, what, retryable = false] = MEANINGS[errcode & 0xff] ?? ["broken", "fails"];
	return new ConnectorError(code, `The database file ${what} (SQLite ${errcode}).`, { retryable });
}
