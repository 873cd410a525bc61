/** A copy of the panel's database, taken before it is first written. */

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../../domain/unknown";
import { ConnectorError } from "../connector";
import type { Database } from "../sql";

/** The copy's path; null where none can be made from here. */
export async function copyInto(folder: string, database: Database): Promise<string | null> {
	const moment = new Date().toISOString().replace(/[-:.]/g, "");
	const file = join(folder, `marzban-${moment}.sqlite3`);
	try {
		await mkdir(folder, { recursive: true, mode: 0o700 });
		return (await database.copyTo(file)) ? file : null;
	} catch (error) {
		if (error instanceof ConnectorError) throw error;
		throw new ConnectorError("refused", `The database could not be copied into ${folder}: ${messageOf(error)}.`);
	}
}
