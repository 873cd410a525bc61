/** Waiting for what shall come about, however slow the machine is: a test knows conditions, no speeds. */

import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

/** Far beyond what a machine that others use too takes for anything. */
const LONGEST_MS = 180_000;

/** Waits until `holds`. @param what names it where it never comes about. @throws then */
export async function until(holds: () => boolean | Promise<boolean>, what = String(holds)): Promise<void> {
	const end = performance.now() + LONGEST_MS;
	while (!(await holds())) {
		if (performance.now() > end) throw new Error(`It did not come about within ${LONGEST_MS / 1000} s: ${what}`);
		await sleep(5);
	}
}

/** Kills the process as the kernel would once `reached`; answers whether it came to that before it ended by itself. */
export async function killOnce(child: ChildProcess, reached: () => boolean): Promise<boolean> {
	const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
	await until(() => isOver() || reached(), `a moment to kill process ${child.pid} at`);
	return !isOver() && child.kill("SIGKILL");
}
