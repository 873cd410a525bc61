/** Users in Marzban's own tables. A user read by the API must be the one in the table, or it is another panel's. */

import type { Json } from "../../contracts/json";
import type { TargetRecord } from "../../contracts/migration/records";
import { textOf } from "../../domain/unknown";
import { ConnectorError } from "../connector";
import type { Database, Row, Statement } from "../sql";
import { type Change, type Log, lastColumns, type Rows, rowsOf } from "./carried";
import { sameTime, shown, toSecond } from "./times";

const MOST_NAMES = 100;
/** As wide as Marzban makes it where the database does not say. */
const AGENT_WIDTH = 512;

const marks = (cells: readonly unknown[]): string => cells.map(() => "?").join(", ");

export class UserRows {
	readonly kind: Database["kind"];
	readonly #database: Database;
	#agentWidth: Promise<number> | undefined;

	constructor(database: Database) {
		this.#database = database;
		this.kind = database.kind;
	}

	/** Records of the API with what the database alone says of them; one who has just gone is left as they were. */
	async complete(records: readonly TargetRecord[]): Promise<TargetRecord[]> {
		const complete: TargetRecord[] = [];
		for (let at = 0; at < records.length; at += MOST_NAMES) {
			const batch = records.slice(at, at + MOST_NAMES);
			const rows = await this.#read(batch.map(({ name }) => name));
			for (const record of batch) complete.push(joined(record, rows.get(record.name)));
		}
		return complete;
	}

	/** One whom the API has just shown as they are. */
	async require(record: TargetRecord): Promise<TargetRecord> {
		const [complete = record] = await this.complete([record]);
		const rows = rowsOf(complete.data);
		const isSame = rows && toSecond(rows.users.created_at) === toSecond(record.data.created_at);
		if (isSame) return complete;
		const message = `${record.name} of the API is not the one in the database (a copy?): name the panel's own file, then rollback.`;
		throw new ConnectorError("wrong-system", message);
	}

	async #read(names: readonly string[]): Promise<Map<string, Rows>> {
		if (names.length === 0) return new Map();
		const users = await this.#database.read(`SELECT * FROM users WHERE username IN (${marks(names)})`, names);
		const ids = users.map(({ id }) => BigInt(id ?? 0));
		const sql = `SELECT id, user_id, used_traffic_at_reset, reset_at FROM user_usage_logs
			WHERE user_id IN (${marks(ids)}) ORDER BY id`;
		const logs = ids.length === 0 ? [] : await this.#database.read(sql, ids);
		return new Map(
			users.map(user => [
				String(user.username),
				rows(
					this.kind,
					user,
					logs.filter(log => log.user_id === user.id)
				)
			])
		);
	}

	/** All of a change or nothing; a `conflict` if traffic was counted since the record was read. */
	async carry(present: Json, { columns, logs }: Change): Promise<void> {
		const { id, used } = await this.#key(present);
		const { sub_last_user_agent: agent = null } = columns;
		const fitting = agent === null ? columns : { ...columns, sub_last_user_agent: await this.#cut(agent) };
		await this.#database.change([
			{ ...update(fitting, "id = ? AND COALESCE(used_traffic, 0) = ?", [id, used]), least: 1 },
			...(logs === null ? [] : logged(id, logs))
		]);
	}

	/** Takes a user's owner away. */
	async disown(present: Json): Promise<void> {
		const { id } = await this.#key(present);
		await this.#database.change([{ sql: "UPDATE users SET admin_id = NULL WHERE id = ?", cells: [id], least: 1 }]);
	}

	/** Puts back what the API cannot: owner, hold and the times of change among it. */
	async putBack(image: Rows, present: Json): Promise<void> {
		const rows = rowsOf(present);
		if (rows === undefined) return;
		const { admin_id = null, ...columns } = lastColumns(image, rows);
		const { id } = await this.#key(present);
		const owner: Statement = {
			sql: "UPDATE users SET admin_id = (SELECT admins.id FROM admins WHERE admins.id = ?) WHERE id = ?",
			cells: [admin_id === null ? null : BigInt(admin_id), id]
		};
		await this.#database.change([{ ...update(columns, "id = ?", [id]), least: 1 }, owner]);
	}

	/** Before a user is removed: Marzban leaves these rows behind, with nobody's id. */
	async clear(present: Json): Promise<void> {
		const { id } = await this.#key(present);
		await this.#database.change(logged(id, []));
	}

	/** After a user was removed: whatever a panel left of them, unless their id is somebody else's by now. */
	async sweep(present: Json): Promise<void> {
		const { id } = await this.#key(present);
		const gone = "NOT EXISTS (SELECT 1 FROM users WHERE users.id = ?)";
		const cells = [id, id];
		await this.#database.change([
			{
				sql: `DELETE FROM exclude_inbounds_association WHERE proxy_id IN (SELECT id FROM proxies WHERE user_id = ?) AND ${gone}`,
				cells
			},
			...["proxies", "next_plans", "node_user_usages", "notification_reminders", "user_usage_logs"].map(name => ({
				sql: `DELETE FROM ${name} WHERE user_id = ? AND ${gone}`,
				cells
			}))
		]);
	}

	async #key(data: Json): Promise<{ id: bigint; used: bigint }> {
		const rows = rowsOf(data);
		if (rows === undefined) throw new ConnectorError("unexpected-answer", "A user was written without their row.");
		return { id: BigInt(rows.users.id ?? 0), used: BigInt(rows.users.used_traffic ?? 0) };
	}

	async #cut(agent: string): Promise<string> {
		this.#agentWidth ??= this.#database
			.columns("users")
			.then(columns => columns.get("sub_last_user_agent") ?? AGENT_WIDTH);
		return [...agent].slice(0, await this.#agentWidth).join("");
	}
}

function rows(kind: Database["kind"], users: Row, logs: readonly Row[]): Rows {
	const kept = logs.map(
		({ id = null, used_traffic_at_reset, reset_at = null }): Log => ({
			id,
			used_traffic_at_reset: used_traffic_at_reset ?? "0",
			reset_at
		})
	);
	return { kind, users, user_usage_logs: kept };
}

function joined(record: TargetRecord, found: Rows | undefined): TargetRecord {
	if (found === undefined) return record;
	const { users, user_usage_logs: logs } = found;
	const used = users.used_traffic ?? "0";
	const before = logs.reduce((sum, log) => sum + BigInt(log.used_traffic_at_reset), 0n);
	const data: Json = {
		...record.data,
		used_traffic: used,
		lifetime_used_traffic: String(BigInt(used) + before),
		created_at: shown(users.created_at),
		online_at: shown(users.online_at),
		sub_updated_at: shown(users.sub_updated_at),
		sub_last_user_agent: users.sub_last_user_agent ?? null,
		sub_revoked_at: shown(users.sub_revoked_at),
		traffic_reset_at: shown(logs.at(-1)?.reset_at),
		database: found
	};
	return { name: record.name, data };
}

/** As all columns of Marzban are called: what is called otherwise is never put into a text of SQL. */
const COLUMN = /^[a-z][a-z0-9_]*$/;

function update(columns: Readonly<Record<string, string | null>>, where: string, keys: readonly bigint[]): Statement {
	const names = Object.keys(columns);
	if (!names.every(name => COLUMN.test(name)))
		throw new ConnectorError("wrong-system", "The table users has columns that no Marzban has.");
	const set = names.length === 0 ? "id = id" : names.map(name => `${name} = ?`).join(", ");
	return { sql: `UPDATE users SET ${set} WHERE ${where}`, cells: [...Object.values(columns), ...keys] };
}

function logged(user: bigint, logs: readonly Log[]): Statement[] {
	return [
		{ sql: "DELETE FROM user_usage_logs WHERE user_id = ?", cells: [user] },
		...logs.map(({ id, used_traffic_at_reset, reset_at }) => ({
			sql: "INSERT INTO user_usage_logs (id, user_id, used_traffic_at_reset, reset_at) VALUES (?, ?, ?, ?)",
			cells: [id === null ? null : BigInt(id), user, BigInt(used_traffic_at_reset), reset_at]
		}))
	];
}

export const isSameUser = (api: Json, row: Row | undefined): boolean =>
	row !== undefined && sameTime(shown(row.created_at), textOf(api, "created_at") ?? null);
