/**
 * How the panel's database compares names. Of Marzban 0.8.4 three are met: SQLite whose table of users was made from the
 * models, which takes them without case; SQLite whose tables were made by all migrations in turn, where a later one loses
 * that rule; and MariaDB, where users are exact (`utf8mb4_bin`) and all other names go by `utf8mb4_unicode_ci`.
 */
import type { Ground } from "../panel";
import type { Row } from "../store";

export const namings = ["nocase", "exact", "mariadb"] as const;
export type Naming = (typeof namings)[number];

const collator = new Intl.Collator("en", { sensitivity: "base" });
/** To the server letters of their own, where today's Unicode has them as others with a sign. */
const OWN = "øłđæйѓїќў\u00ad\u0640";
const prepared = (name: string): string =>
	name
		.replace(/[\u{10000}-\u{10ffff}]/gu, "\ue000")
		.replace(/\p{Zs}+$/u, "")
		.replace(new RegExp(`[${OWN}]`, "gi"), letter => String.fromCharCode(0xe001 + OWN.indexOf(letter.toLowerCase())))
		// A sign by itself counts for nothing.
		.replace(/\p{M}/gu, "");

/** Are they one name to `utf8mb4_unicode_ci`? */
export const areOne = (left: string, right: string): boolean =>
	left === right || collator.compare(prepared(left), prepared(right)) === 0;

/** What a row breaks: its column's width or range. The panel knows no such error and crashes. */
class DataError extends Error {}

const LAST_INT = 2_147_483_647;

interface Named {
	readonly table: "admins" | "user_templates";
	readonly column: "username" | "name";
	readonly width: number;
}
export const ADMIN: Named = { table: "admins", column: "username", width: 34 };
export const TEMPLATE: Named = { table: "user_templates", column: "name", width: 64 };

/** The row of that name, as the database finds it. */
export function rowNamed<T extends Row>(
	{ store, naming }: Ground & { readonly naming: Naming },
	{ table, column }: Named,
	name: string
): T | undefined {
	if (naming !== "mariadb") return store.one<T>(`SELECT * FROM ${table} WHERE ${column} = ?`, name);
	return store.all<T>(`SELECT * FROM ${table} ORDER BY id`).find(row => areOne(`${row[column]}`, name));
}

/** SQLite keeps whatever is given to it. */
export function mustFit(naming: Naming, { name, width, numbers = [] }: Fitting): void {
	if (naming !== "mariadb") return;
	if ([...name].length > width) throw new DataError("Data too long for column");
	if (numbers.some(number => number !== null && number !== undefined && (number > LAST_INT || number < -LAST_INT - 1)))
		throw new DataError("Out of range value for column");
}

/** A window from before the beginning is all there is to SQLite, and no SQL to MariaDB. */
export function mustBeSql(naming: Naming, offset: number, limit: number): void {
	if (naming === "mariadb" && (offset < 0 || limit < 0)) throw new Error("You have an error in your SQL syntax");
}

interface Fitting {
	readonly name: string;
	readonly width: number;
	/** Of columns of `int(11)`. */
	readonly numbers?: readonly (number | bigint | null | undefined)[];
}
