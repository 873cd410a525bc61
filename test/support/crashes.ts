/** Ends a command at a failpoint, and says how the whole stands afterwards. */

import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Panel } from "../../demo/panels/panel";
import { openStage, type Stage } from "./banyan";
import { holdings } from "./holdings";

export interface End {
	readonly code: number | null;
	readonly report: string;
	readonly holdings: unknown[];
}

export async function endOf(stage: Stage, code: number | null): Promise<End> {
	const { stdout } = await stage.banyan(["migration", "report", "panel"]).ended;
	return { code, report: stdout, holdings: holdings(stage.target) };
}

/** A stage of its own on a shared source, for the time of `work`. @param changes what its definitions say besides */
export async function onStage<T>(source: Panel, work: (stage: Stage) => Promise<T>, changes: object = {}): Promise<T> {
	await using stage = await openStage({ source, changes });
	return await work(stage);
}

/** Once the kernel says that the process is stopped (proc(5): state T); one that ended before never is. */
export async function suspended({ pid, exitCode }: ChildProcess): Promise<void> {
	while (exitCode === null && !/\) T /.test(readFileSync(`/proc/${pid}/stat`, "utf8"))) await sleep(50);
}
