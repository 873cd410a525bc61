/**
 * Finds the processes of a cluster by a mark in their environment. A list of process ids could be out of date, or lack what
 * was started in the last moment before its writer was killed; the mark is there from a process's first moment to its last.
 */

import { readdirSync, readFileSync } from "node:fs";

const MARK = "BANYAN_LOCAL_CLUSTER";
const PROC = "/proc";

/** Is there a way to find processes? */
export const canLook = (): boolean => readMark(process.pid) !== undefined;

/** What a process is started with. */
export const markFor = (folder: string, name: string): Record<string, string> => ({ [MARK]: `${folder}#${name}` });

/** The mark of a process; empty where it has none, undefined where it is not there, or nobody may look. */
function readMark(pid: number | string): string | undefined {
	try {
		const environ = readFileSync(`${PROC}/${pid}/environ`, "utf8").split("\0");
		return environ.find(each => each.startsWith(`${MARK}=`))?.slice(MARK.length + 1) ?? "";
	} catch {
		return undefined;
	}
}

/** Is it there, and the one that it was? One that has ended and was not looked after has no environment any more. */
export const isThere = (pid: number, folder: string, name: string): boolean => readMark(pid) === `${folder}#${name}`;

/** The processes that run for the cluster in `folder`, by name. */
export function runningIn(folder: string): ReadonlyMap<string, readonly number[]> {
	const found = new Map<string, number[]>();
	for (const entry of readdirSync(PROC)) {
		if (!/^\d+$/.test(entry)) continue;
		const [where, name] = readMark(entry)?.split("#") ?? [];
		if (where !== folder || name === undefined) continue;
		found.set(name, [...(found.get(name) ?? []), Number(entry)]);
	}
	return found;
}
