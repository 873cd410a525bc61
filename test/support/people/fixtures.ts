/** People of an old system, with hashes that the original tools made of their passwords. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { csvRecord } from "../../../domain/text/csv";

export interface Hashed {
	readonly format: string;
	readonly password: string;
	readonly stored: string;
}

const FILE = join(__dirname, "..", "..", "fixtures", "passwords", "hashes.json");
const ALL = JSON.parse(readFileSync(FILE, "utf8")) as Hashed[];

const UNSALTED: ReadonlySet<string> = new Set(["md5", "sha1", "sha256", "ldap-sha"]);

/** One of each format, the first. */
export const ONE_EACH: readonly Hashed[] = [
	...new Map([...ALL].reverse().map(each => [each.format, each])).values()
].filter(({ format }) => !UNSALTED.has(format));
export const BARE: readonly Hashed[] = [...new Map(ALL.map(each => [each.format, each])).values()].filter(
	({ format }) => UNSALTED.has(format)
);

export interface OldPerson extends Hashed {
	readonly id: string;
	readonly email: string;
}

export const PEOPLE: readonly OldPerson[] = ONE_EACH.map((hashed, index) => ({
	...hashed,
	id: String(index + 1),
	email: `${hashed.format}@old.example`
}));

export const csvOf = (people: readonly OldPerson[], more: readonly (readonly string[])[] = []): string =>
	[
		["id", "email", "name", "hash", "created_at"],
		...people.map(({ id, email, stored, format }) => [
			id,
			email.toUpperCase(),
			`Of ${format}`,
			stored,
			"2020-01-02T03:04:05Z"
		]),
		...more
	]
		.map(line => csvRecord(line))
		.join("");
