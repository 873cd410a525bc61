/** Progress bars, one a stream, on standard error; a line now and then where no one watches. */

import { MultiBar, type SingleBar } from "cli-progress";
import type { Status, StreamStatus } from "../contracts/migration/migration";

export interface Progress {
	show(status: Status): void;
	stop(): void;
}

export const silent: Progress = { show: () => undefined, stop: () => undefined };

/** How far a stream is, of how many, with what. */
function stage({ phase }: Status, stream: StreamStatus): [value: number, total: number, doing: string] {
	const { outcomes, read, total, copied, compared, restored, changedSince } = stream;
	if (phase.startsWith("roll")) return [restored + changedSince, outcomes.created + outcomes.updated, "put back"];
	if (!copied) return [read, total, "copied"];
	return [compared, outcomes.created + outcomes.updated + outcomes.unchanged, "compared"];
}

export function bars(): Progress {
	const multi = new MultiBar({
		format: "  {stream}  {bar} {value}/{total}  {doing}",
		barsize: 30,
		hideCursor: true,
		stream: process.stderr,
		noTTYOutput: !process.stderr.isTTY,
		notTTYSchedule: 2_000,
		emptyOnZero: true,
		linewrap: false
	});
	const open = new Map<string, SingleBar>();
	const bar = (stream: string, total: number): SingleBar => {
		const found = open.get(stream) ?? multi.create(total, 0, { stream: stream.padEnd(8), doing: "" });
		open.set(stream, found);
		return found;
	};
	let waiting: string | null = null;
	return {
		show: status => {
			if (status.waiting !== null && status.waiting !== waiting) process.stderr.write(`\n${status.waiting}\n`);
			({ waiting } = status);
			for (const each of status.streams) {
				const { stream } = each;
				const [value, all, doing] = stage(status, each);
				const line = bar(stream, all);
				line.setTotal(Math.max(all, value));
				line.update(value, { stream: stream.padEnd(8), doing });
			}
		},
		stop: () => multi.stop()
	};
}
