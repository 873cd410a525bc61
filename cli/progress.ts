/** Progress bars, one a stream, on standard error; a line now and then where no one watches. */

import { MultiBar, type SingleBar } from "cli-progress";
import type { Status } from "../contracts/migration/migration";

export interface Progress {
	show(status: Status): void;
	stop(): void;
}

export const silent: Progress = { show: () => undefined, stop: () => undefined };

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
	return {
		show: status => {
			for (const { stream, total, read, copied, compared, outcomes } of status.streams) {
				const moved = outcomes.created + outcomes.updated + outcomes.unchanged;
				const [value, all, doing] = copied ? [compared, moved, "compared"] : [read, total, "copied"];
				const line = bar(stream, all);
				line.setTotal(Math.max(all, value));
				line.update(value, { stream: stream.padEnd(8), doing });
			}
		},
		stop: () => multi.stop()
	};
}
