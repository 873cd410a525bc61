/** Numbers, times and commands as people read them. Pure. */

import type { Status } from "../../contracts/migration/migration";
import { commandLine } from "../../domain/text/shell";

type Times = Pick<Status, "startedAt" | "completedAt" | "finishedAt">;

/** `8 s`, `3 min 20 s`, `2 h 5 min`, `4 d 2 h`. */
export function duration(seconds: number): string {
	const whole = Math.max(0, Math.round(seconds));
	if (whole < 60) return `${whole} s`;
	const minutes = Math.floor(whole / 60);
	if (minutes < 60) return joined(minutes, "min", whole % 60, "s");
	const hours = Math.floor(minutes / 60);
	return hours < 24 ? joined(hours, "h", minutes % 60, "min") : joined(Math.floor(hours / 24), "d", hours % 24, "h");
}

const joined = (much: number, unit: string, rest: number, small: string): string =>
	rest === 0 ? `${much} ${unit}` : `${much} ${unit} ${rest} ${small}`;

/** How long a run itself took, whatever was compared since; undefined while it is not known. */
export const tookOf = ({ startedAt, completedAt, finishedAt }: Times): string | undefined => {
	const end = completedAt ?? finishedAt;
	return startedAt && end ? duration((Date.parse(end) - Date.parse(startedAt)) / 1000) : undefined;
};

/** How long ago, by its greatest unit alone. */
export function ago(at: string, now: number): string {
	const seconds = (now - Date.parse(at)) / 1000;
	return seconds < 1 ? "now" : `${duration(seconds).split(" ", 2).join(" ")} ago`;
}

/** `2026-11-26 17:05 UTC`. */
export const clock = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;

/** `1 record`, `66 records`. */
export const records = (count: number): string => `${count} ${count === 1 ? "record" : "records"}`;

/** A command to type, with the address of the server if it was given by hand. */
export const command = (words: readonly string[], url?: string): string =>
	commandLine(["banyan", ...words, ...(url === undefined ? [] : ["--url", url])]);
