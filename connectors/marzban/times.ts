/** Times without a zone, all UTC, in the spellings of SQLAlchemy: what SQLite keeps, what MySQL keeps, what the API shows. */

import type { JsonValue } from "../../contracts/json";
import type { Database } from "../sql";

const TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d+))?(?:Z|\+00:?00)?$/;

/** One of its dates is none: 31 February, hour 25. */
export function isTime(value: JsonValue | undefined): value is string {
	if (typeof value !== "string") return false;
	const [, day = "", clock = ""] = TIME.exec(value) ?? [];
	const at = Date.parse(`${day}T${clock}Z`);
	return day >= "1000" && !Number.isNaN(at) && new Date(at).toISOString() === `${day}T${clock}.000Z`;
}

/** To the microsecond in SQLite, to the second in MySQL, which would round. */
export function stored(value: JsonValue | undefined, kind: Database["kind"]): string | null {
	const full = spelled(value);
	return kind === "sqlite" || full === null ? full : full.slice(0, 19);
}

/** All spellings in one, which sorts as time goes. */
function spelled(value: JsonValue | undefined): string | null {
	if (typeof value !== "string") return null;
	const [, day, clock, fraction = ""] = TIME.exec(value) ?? [];
	return day === undefined ? value : `${day} ${clock}.${fraction.slice(0, 6).padEnd(6, "0")}`;
}

export function shown(value: string | null | undefined): string | null {
	return value ? value.replace(" ", "T").replace(/\.0+$/, "") : null;
}

export const toSecond = (value: JsonValue | undefined): string | null => spelled(value)?.slice(0, 19) ?? null;

export const sameTime = (one: string | null, other: string | null): boolean => spelled(one) === spelled(other);

/** Is the first the later? Nothing is before everything. */
export const ahead = (one: string | null, other: string | null): boolean =>
	(spelled(one) ?? "") > (spelled(other) ?? "");
