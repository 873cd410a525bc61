/**
 * Records as rows of NeDB, which has no fields whose names begin with `$` or hold a `.`: within a record there are names of
 * others (an inbound `vless.tcp`), which may be anything. Pure.
 */

/** What is not to stand in a name there, and `%`, which begins what stands for it. */
const TAKEN = /[.$%]/g;
const IS_TAKEN = /[.$%]/;
const STANDS_FOR = /%(?:2E|24|25)/g;

const escaped = (name: string): string =>
	IS_TAKEN.test(name) ? name.replace(TAKEN, sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`) : name;
const unescaped = (name: string): string =>
	name.includes("%") ? name.replace(STANDS_FOR, sign => String.fromCharCode(Number.parseInt(sign.slice(1), 16))) : name;

/** A record as it is kept. */
export const toRow = <T extends object>(record: T): T => renamed(record, escaped) as T;

/** A row as the record that it was. */
export const fromRow = <T extends object>(row: T): T => renamed(row, unescaped) as T;

function renamed(value: unknown, name: (given: string) => string): unknown {
	if (typeof value !== "object" || value === null) return value;
	if (Array.isArray(value)) return value.map(item => renamed(item, name));
	return Object.fromEntries(Object.entries(value).map(([key, within]) => [name(key), renamed(within, name)]));
}
