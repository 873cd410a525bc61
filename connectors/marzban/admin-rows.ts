/** Admins in Marzban's own tables: made with the password they had, and removed whatever they may. */

import { randomBytes } from "node:crypto";
import type { Json } from "../../contracts/json";
import { isBcrypt } from "../bcrypt";
import { ConnectorError } from "../connector";
import type { Database } from "../sql";
import { bytesOf } from "./records";
import { stored } from "./times";

/** A hash of no password that anybody knows: salt and digest are drawn, each ending in what bcrypt can end in. */
function nobodys(): string {
	const drawn = (length: number): string =>
		randomBytes(length).toString("base64").replace(/[+/=]/g, ".").slice(0, length);
	return `$2b$12$${drawn(21)}O${drawn(30)}O`;
}

export class AdminRows {
	readonly #database: Database;

	constructor(database: Database) {
		this.#database = database;
	}

	/** At once with all that the admin has: there is no moment in which another password opens. */
	async create(name: string, { hashed_password: hash, is_sudo, users_usage }: Json): Promise<void> {
		// Never says the hash back.
		if (!isBcrypt(String(hash))) {
			throw new ConnectorError("refused", `The admin ${name} is not written: hashed_password is no bcrypt hash.`);
		}
		const sql =
			"INSERT INTO admins (username, hashed_password, created_at, is_sudo, users_usage) VALUES (?, ?, ?, ?, ?)";
		const now = stored(new Date().toISOString(), this.#database.kind);
		const cells = [name, String(hash), now, is_sudo === true ? 1n : 0n, bytesOf(users_usage)];
		await this.#database.change([{ sql, cells }]);
	}

	/** No sudo any more; of one who may not come in either, the password is nobody's, and no token made before holds. */
	async lower(name: string, locked: boolean): Promise<void> {
		const now = stored(new Date().toISOString(), this.#database.kind);
		const lock = locked ? ", hashed_password = ?, password_reset_at = ?" : "";
		const sql = `UPDATE admins SET is_sudo = 0${lock} WHERE id = ?`;
		for (const id of await this.#ids(name))
			await this.#database.change([{ sql, cells: locked ? [nobodys(), now, id] : [id] }]);
	}

	/** What their users used only grows. */
	async count(name: string, usage: string): Promise<void> {
		const sql = "UPDATE admins SET users_usage = ? WHERE id = ? AND users_usage < ?";
		const amount = BigInt(usage);
		for (const id of await this.#ids(name)) await this.#database.change([{ sql, cells: [amount, id, amount] }]);
	}

	/**
	 * Who has this very name, whatever the API can say of it. Their users stay, with no owner, as where the API removes an
	 * admin.
	 */
	async remove(name: string): Promise<void> {
		for (const id of await this.#ids(name)) {
			const cells = [id];
			await this.#database.change([
				{ sql: "UPDATE users SET admin_id = NULL WHERE admin_id = ?", cells },
				{ sql: "DELETE FROM admin_usage_logs WHERE admin_id = ?", cells },
				{ sql: "DELETE FROM admins WHERE id = ?", cells }
			]);
		}
	}

	/** A database may take other names for the same: by its own comparison, another admin would be meant. */
	async #ids(name: string): Promise<bigint[]> {
		const rows = await this.#database.read("SELECT id, username FROM admins WHERE username = ?", [name]);
		return rows.filter(({ username }) => username === name).map(({ id }) => BigInt(id ?? 0));
	}
}
