/** What keeps the panel's records, asked of its API by a look-up that writes nothing. */

import { ConnectorError } from "../connector";
import type { Session } from "../http/session";
import type { Database } from "../sql";

/**
 * A list from before its beginning is the whole list to SQLite and no SQL at all to MySQL and MariaDB, where the panel
 * crashes. Null: it crashes without that, too.
 */
export async function storageOf(session: Session): Promise<Database["kind"] | null> {
	const crashes = async (offset: number): Promise<boolean> => {
		try {
			await session.get("/api/admins", { offset, limit: 1 }, "once");
			return false;
		} catch (error) {
			if (error instanceof ConnectorError && error.details.status === 500) return true;
			throw error;
		}
	};
	if (!(await crashes(-1))) return "sqlite";
	return (await crashes(1)) ? null : "mysql";
}
