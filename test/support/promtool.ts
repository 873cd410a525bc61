/** promtool, as `scripts/servers.sh` installs it with Prometheus. */

import { spawnSync } from "node:child_process";

/** @returns what it said, where it was not content */
export function promtool(...args: readonly string[]): string {
	const { status, stdout, stderr, error } = spawnSync("promtool", args, { encoding: "utf8" });
	if (error) throw new Error(`There is no promtool: run scripts/servers.sh. ${error.message}`);
	return status === 0 ? "" : `${stdout}${stderr}`;
}
