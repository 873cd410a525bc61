/**
 * What a server's refusal means, in our own words: its message is never passed on, since it may say back what was being
 * written (`Duplicate entry '…'`, `Data too long …`), a password's hash among it.
 */

import { fieldsOf, propertyOf } from "../../domain/unknown";
import { ConnectorError } from "../connector";

type Meaning = readonly [code: string, what: string, retryable?: true];

/** By number: names differ between MySQL, MariaDB and the driver. */
const MEANINGS: Readonly<Record<number, Meaning>> = {
	1040: ["throttled", "has no connection left", true],
	1044: ["forbidden", "does not let the account in"],
	1045: ["login-refused", "refuses the account or its password"],
	1048: ["refused", "wants a value where there is none"],
	1049: ["unreachable", "is not on this server"],
	1054: ["wrong-system", "has not the columns that are needed"],
	1062: ["conflict", "has a row of that name"],
	1142: ["forbidden", "does not let the account do that"],
	1143: ["forbidden", "does not let the account do that"],
	1146: ["wrong-system", "has not the tables that are needed"],
	1203: ["throttled", "has no connection left for this account", true],
	1205: ["throttled", "was busy with the same rows", true],
	1213: ["throttled", "was busy with the same rows", true],
	1226: ["throttled", "has reached a limit of the account", true],
	1227: ["forbidden", "does not let the account do that"],
	1264: ["refused", "has no room for a value"],
	1265: ["refused", "refuses a value"],
	1290: ["forbidden", "is read-only"],
	1292: ["refused", "refuses a value"],
	1366: ["refused", "refuses a value"],
	1406: ["refused", "has no room for a value"],
	1451: ["refused", "holds rows that others still name"],
	1452: ["refused", "refuses a row that names another which is not there"],
	1698: ["login-refused", "refuses the account or its password"],
	1792: ["forbidden", "is read-only"],
	1836: ["forbidden", "is read-only"],
	3819: ["refused", "refuses a value"],
	3948: ["forbidden", "does not let the account do that"],
	4025: ["refused", "refuses a value"]
};

/** Somebody else held the rows: the whole transaction was or can be rolled back, and begun again. */
const BUSY = new Set([1205, 1213]);

export const isBusy = (error: unknown): boolean => BUSY.has(Number(propertyOf(error, "errno")));

interface Raised {
	/** `ER_DUP_ENTRY`, `ECONNRESET`, `PROTOCOL_SEQUENCE_TIMEOUT` … */
	readonly code?: unknown;
	/** Of a server from 1000; the system's own are below 0. */
	readonly errno?: unknown;
}

/** A lost connection may have done its work: whoever wrote must look. */
export function translate(error: unknown): ConnectorError {
	if (error instanceof ConnectorError) return error;
	const { code, errno }: Raised = fieldsOf(error);
	const answered = typeof errno === "number" && errno >= 1000;
	const symbol = typeof code === "string" && /^[A-Z][A-Z0-9_]*$/.test(code) ? code : undefined;
	const meaning = answered ? MEANINGS[errno] : undefined;
	if (meaning !== undefined) {
		const [kind, what, retryable = false] = meaning;
		return new ConnectorError(kind, `The database ${what} (${symbol ?? "error"} ${errno}).`, { retryable });
	}
	if (answered) return new ConnectorError("broken", `The database fails (${symbol ?? "error"} ${errno}).`);
	if (symbol === undefined)
		return new ConnectorError("unexpected-answer", "What answers is no database server: it says what none does.", {
			ambiguous: true
		});
	const message = `The database server cannot be reached (${symbol}).`;
	return new ConnectorError("unreachable", message, { ambiguous: true, retryable: true });
}
