/** Opens a database by its address. Does no I/O but to look which file is meant. */

import { ANYWHERE, type Reach } from "../http/reach";
import { addressOf } from "./address";
import type { Database } from "./database";
import type { Mysql } from "./mysql";
import { Sqlite } from "./sqlite";

export type { Database, Row, Statement } from "./database";

/** Its driver is loaded for those who name such a database. */
const mysql = (): typeof Mysql => (require("./mysql") as typeof import("./mysql")).Mysql;

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
	return address.kind === "sqlite"
		? new Sqlite(address.file, access)
		: new (mysql())(address, timeoutMs, access, reach);
}
