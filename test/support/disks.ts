/** A small disk of its own for a test, which can be full at any moment. Only root can mount one: without it there are fewer tests. */

import { execFileSync, spawnSync } from "node:child_process";
import { rmSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";

export const asRoot = (what: string, test: () => Promise<void>): void => {
	if (process.getuid?.() === 0) it(what, test);
};

export const mountDisk = (folder: string, ...options: string[]): void =>
	void execFileSync("mount", ["-t", "tmpfs", "-o", ["mode=700", ...options].join(), "tmpfs", folder]);
export const unmountDisk = (folder: string): void => void spawnSync("umount", ["-l", folder], { stdio: "ignore" });

const fillingOf = (folder: string): string => join(folder, "filling");

/** Takes all room of it but so much. */
export function fillDisk(folder: string, leavingKb: number): void {
	const filling = fillingOf(folder);
	spawnSync("bash", ["-c", `cat /dev/zero > ${filling}`]);
	truncateSync(filling, Math.max(0, statSync(filling).size - leavingKb * 1024));
}
export const makeRoom = (folder: string): void => rmSync(fillingOf(folder), { force: true });
