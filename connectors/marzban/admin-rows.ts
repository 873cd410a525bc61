/** Admins in Marzban's own tables: made with the password they had, and removed whatever they may. */

import type { Json } from "../../contracts/json";
import { isBcrypt } from "../bcrypt";
import { ConnectorError } from "../connector";
import type { Database } from "../sql";
import { stored } from "./times";

export class AdminRows {
	readonly #database: Database;

	constructor(database: Database) {
		this.#database = database;
	}

	/** At once with all he has: there is no moment in which another password opens. */
	async create(name: string, { hashed_password: hash, is_sudo, users_usage }: Json): Promise<void> {
		// Never says the hash back.
		if (!isBcrypt(String(hash))) {
			throw new ConnectorError("refused", `The admin ${name} is not written: his hashed_password is no bcrypt hash.`);
		}
		const sql =
			"INSERT INTO admins (username, hashed_password, created_at, is_sudo, users_usage) VALUES (?, ?, ?, ?, ?)";
		const now = stored(new Date().toISOString(), this.#database.kind);
		const cells = [name, String(hash), now, is_sudo === true ? 1n : 0n, BigInt((users_usage ?? 0) as string)];
		await this.#database.change([{ sql, cells }]);
	}

	/** What his users used only grows. */
	async count(name: string, usage: string): Promise<void> {
		const sql = "UPDATE admins SET users_usage = ? WHERE username = ? AND users_usage < ?";
		await this.#database.change([{ sql, cells: [BigInt(usage), name, BigInt(usage)] }]);
	}

	/** His users stay, with no owner, as where the API removes him. */
	async remove(name: string): Promise<void> {
		const id = "(SELECT id FROM (SELECT id FROM admins WHERE username = ?) AS him)";
		const cells = [name];
		await this.#database.change([
			{ sql: `UPDATE users SET admin_id = NULL WHERE admin_id = ${id}`, cells },
			{ sql: `DELETE FROM admin_usage_logs WHERE admin_id = ${id}`, cells },
			{ sql: "DELETE FROM admins WHERE username = ?", cells }
		]);
	}
}
