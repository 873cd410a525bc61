/** Opens a database by its address. Does no I/O but to look which file is meant. */

import { ANYWHERE, type Reach } from "../http/reach";
import { addressOf } from "./address";
import type { Database } from "./database";
import { Mysql } from "./mysql";
import { Sqlite } from "./sqlite";

export type { Database, Row, Statement } from "./database";

/**
 * @param access `read`: the database itself refuses every write on this connection
 * @param reach where its server may be
 */
export function openDatabase(
	text: string,
	timeoutMs: number,
	access: "read" | "write" = "write",
	reach: Reach = ANYWHERE
): Database {
	const address = addressOf(text);
	return address.kind === "sqlite" ? new Sqlite(address.file, access) : new Mysql(address, timeoutMs, access, reach);
}
