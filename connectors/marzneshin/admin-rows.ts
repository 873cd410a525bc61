/**
 * Admins in Marzneshin's own table, for their passwords, which no API gives. Only read. A record says no more than that
 * there is one; the hash itself is given at the write, so that no store ever holds it.
 */

import type { SourceRecord } from "../../contracts/migration/records";
import { isBcrypt } from "../bcrypt";
import { ConnectorError } from "../connector";
import type { Findings } from "../http/identify";
import type { Database } from "../sql";

/** Two of them a Marzban's table has not. */
const COLUMNS = ["username", "hashed_password", "enabled", "all_services_access"];

export class AdminRows {
	readonly #database: Database;

	constructor(database: Database) {
		this.#database = database;
	}

	/** Each with whether they have a password that can go with them. */
	async mark(records: readonly SourceRecord[]): Promise<SourceRecord[]> {
		const hashes = await this.#hashes();
		return records.map(record => ({ ...record, data: { ...record.data, has_password: hashes.has(record.name) } }));
	}

	/** By name; who has none is left out. */
	async secrets(names: readonly string[]): Promise<Record<string, Record<string, string>>> {
		const hashes = await this.#hashes();
		return Object.fromEntries(
			names.flatMap(name => {
				const hashed_password = hashes.get(name);
				return hashed_password === undefined ? [] : [[name, { hashed_password }]];
			})
		);
	}

	/** Is it the database of the panel that listed these admins? What kind it is; null where it is of no use. */
	async check(listed: readonly string[], findings: Findings): Promise<string | null> {
		try {
			const there = await this.#database.columns("admins");
			const missing = COLUMNS.filter(name => !there.has(name));
			if (missing.length > 0) {
				const what = there.size === 0 ? "no table admins" : `no ${missing.join(", ")} in its table admins`;
				findings.bad("database-tables", `The database has ${what}: name the one that this Marzneshin uses.`);
				return null;
			}
			const rows = await this.#database.read("SELECT username FROM admins");
			const held = rows.map(({ username }) => String(username));
			if (held.sort().join("\n") !== [...listed].sort().join("\n")) {
				const message = "The database is not this panel's: their admins differ; name the one that the panel uses.";
				findings.bad("database-foreign", message);
				return null;
			}
			const { size } = await this.#hashes();
			findings.good("database", `The database is this panel's, and is only read: it has ${size} admins' passwords.`);
			return this.#database.kind;
		} catch (error) {
			if (!(error instanceof ConnectorError)) throw error;
			const again = error.details.retryable ? " Stop what holds it, or try again later." : "";
			findings.bad(`database-${error.code}`, `Admins' passwords cannot be read: ${error.message}${again}`);
			return null;
		}
	}

	async #hashes(): Promise<Map<string, string>> {
		const rows = await this.#database.read("SELECT username, hashed_password FROM admins");
		return new Map(
			rows.flatMap(({ username, hashed_password: hash }) =>
				username && hash && isBcrypt(hash) ? [[username, hash] as const] : []
			)
		);
	}
}
