/** Opens a database by its address. Does no I/O but to look which file is meant. */

import { USUAL } from "../caps";
import { ANYWHERE } from "../http/reach";
import { addressOf } from "./address";
import type { Database, Opening } from "./database";
import type { Mysql } from "./mysql";
import { Sqlite } from "./sqlite";

export type { Database, Row, Statement } from "./database";

/** Its driver is loaded for those who name such a database. */
function mysql(): typeof Mysql {
	const driver: typeof import("./mysql") = require("./mysql");
	return driver.Mysql;
}

export function openDatabase(text: string, timeoutMs: number, opening: Opening = {}): Database {
	const { access = "write", reach = ANYWHERE, caps = USUAL } = opening;
	const address = addressOf(text);
	return address.kind === "sqlite"
		? new Sqlite(address.file, access, caps)
		: new (mysql())(address, timeoutMs, { access, reach, caps });
}
