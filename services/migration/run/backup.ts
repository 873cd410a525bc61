/** Before the first write to a target whose database is written to, there is a copy of it. */

import { failure } from "../../../cluster/errors";
import type { RunContext } from "./run-context";

/** Where the copy is; null where the operator took it. @throws PREFLIGHT_REFUSED where there can be none */
export async function backUp(
	{ broker, run }: RunContext,
	{ backups: folder, backupTaken }: { readonly backups: string; readonly backupTaken: boolean }
): Promise<string | null> {
	if (backupTaken) return null;
	const connection = run.definition.target;
	const path = await broker.call("importer.backup", { connection, folder }, { timeout: 0 });
	if (path === null)
		throw failure(
			"PREFLIGHT_REFUSED",
			"The target's database is written to and cannot be copied from here: take a backup of it, then run with --backup-taken."
		);
	return path;
}
