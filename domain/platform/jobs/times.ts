/**
 * The times of a job, in ms since 1970: by a cron in a zone, which has days of 23, 25, 23½ and 24½ hours. What comes each hour comes as time
 * goes by, whatever clocks show. Where hours are named each is met once a day: of two of the same name the first one, and where clocks
 * jump over it, when they jump. Pure.
 */

import { Cron } from "croner";
import { firstMoment, wallOf } from "./zones";

export interface Times {
	readonly cron: string;
	readonly zone: string;
}

const MINUTE_MS = 60_000;

const made = new Map<string, Cron>();
function cronIn(cron: string, timezone: string): Cron {
	const key = `${timezone} ${cron}`;
	const known = made.get(key) ?? new Cron(cron, { timezone, paused: true, mode: "5-part" });
	made.set(key, known);
	return known;
}

const next = (cron: string, zone: string, moment: number): number | undefined =>
	cronIn(cron, zone).nextRun(new Date(moment))?.getTime();

const namesHours = (cron: string): boolean => cron.split(" ")[1] !== "*";

/** The first one behind a moment; undefined where it never comes. */
export const nextAfter = ({ cron, zone }: Times, moment: number): number | undefined =>
	zone !== "UTC" && namesHours(cron) ? nextOnWall(cron, zone, moment) : next(cron, zone, moment);

/** By what the wall shows, as though it were UTC: croner itself has rules of its own where several hours are named. */
function nextOnWall(cron: string, zone: string, moment: number): number | undefined {
	for (let wall: number | undefined = wallOf(zone, moment); ; ) {
		wall = next(cron, "UTC", wall);
		if (wall === undefined) return undefined;
		const at = firstMoment(zone, wall);
		if (at > moment) return at;
	}
}

/** The first ones behind a moment. */
export function nextTimes(times: Times, moment: number, most: number): number[] {
	const found: number[] = [];
	for (let at = nextAfter(times, moment); at !== undefined && found.length < most; at = nextAfter(times, at))
		found.push(at);
	return found;
}

/** Those behind `from`, up to `to` and with it: the last `most` of them. It costs what they are, and not what the span is. */
export function dueBetween(times: Times, from: number, to: number, most: number): number[] {
	for (let span = most * MINUTE_MS; ; span *= 2) {
		const begin = Math.max(from, to - span);
		const found = [...between(times, begin, to)];
		if (begin <= from || found.length >= most) return found.slice(-most);
	}
}

function* between(times: Times, from: number, to: number): Generator<number> {
	for (let at = nextAfter(times, from); at !== undefined && at <= to; at = nextAfter(times, at)) yield at;
}
