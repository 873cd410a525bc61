/** How far a run is: what is drawn in a terminal, and what is written where no one watches. */

import fc from "fast-check";
import { progressOn, rowsText, stagesOf } from "../../../cli/progress";
import { Growth } from "../../../cli/rates";
import { type Output, Screen } from "../../../cli/terminal/screen";
import { widthOf } from "../../../cli/terminal/width";
import type { Status } from "../../../contracts/migration/migration";
import { anyStatus, statusWith, streamWith } from "../../support/statuses";

const plain = (_style: unknown, text: string): string => text;

/** What is written to a file. */
function log(): { lines: () => string[]; output: Output } {
	let text = "";
	return {
		lines: () => text.split("\n").slice(0, -1),
		output: {
			write: (more: string) => {
				text += more;
			}
		}
	};
}

function watched(statuses: readonly (readonly [at: number, status: Status])[]): string[] {
	const { lines, output } = log();
	let now = 0;
	const progress = progressOn(new Screen(output, output), plain, { now: () => now });
	for (const [at, status] of statuses) {
		now = at;
		progress.show(status);
	}
	progress.stop();
	return lines();
}

describe("where nothing can be redrawn", () => {
	const copying = (read: number): Status => statusWith({ streams: [streamWith("users", { read, total: 100_000 })] });

	it("one line at each change of what a stream is at, and one every ten seconds", () => {
		const statuses = Array.from({ length: 300 }, (_, i): [number, Status] => [i * 200, copying(i * 100)]);
		const lines = watched([
			...statuses,
			[60_000, statusWith({ streams: [streamWith("users", { read: 100_000, total: 100_000, copied: true })] })]
		]);
		expect(lines[0]).toBe("panel: users: copying, 0 of 100000 (0 %)");
		expect(lines[1]).toMatch(/^panel: users: copying, 5000 of 100000 \(5 %, 500\/s, 3 min 10 s left\)$/);
		expect(lines).toHaveLength(7);
		expect(lines.at(-1)).toBe("panel: users: comparing, 0 of 0 (100 %)");
	});

	it("however often it is asked, no line is written twice within ten seconds for one state", () => {
		fc.assert(
			fc.property(fc.array(anyStatus, { maxLength: 20 }), statuses => {
				const lines = watched(
					statuses.flatMap((status, i): [number, Status][] => [
						[i, status],
						[i, status]
					])
				);
				for (const line of lines) expect(line).toMatch(/^panel: \S.*$/);
				for (let i = 1; i < lines.length; i++) expect(lines[i]).not.toBe(lines[i - 1]);
			})
		);
	});

	it("says once what is asked again every second, and again after a minute", () => {
		const status: Status = { ...copying(5), waiting: "The source is slow. Asked again in 1 s." };
		const seconds = Array.from({ length: 70 }, (_, second): [number, Status] => [second * 1000, status]);
		expect(watched(seconds).filter(line => line.includes("Asked again"))).toHaveLength(2);
	});

	it("says why and how long it waits, once in ten seconds for one reason", () => {
		const waits = (waiting: string | null): Status => ({ ...copying(5), waiting });
		const lines = watched([
			[0, waits(null)],
			[200, waits("The target does not answer (503). Asked again in 8 s, and up to 2 more times.")],
			[400, waits("The target does not answer (503). Asked again in 7 s, and up to 2 more times.")],
			[8200, waits(null)],
			[8400, waits("The target does not answer (503). Asked again in 16 s, and up to 1 more time.")],
			[10_400, waits("The target does not answer (503). Asked again in 16 s, and up to 1 more time.")]
		]);
		expect(lines.filter(line => line.includes("Asked again in"))).toEqual([
			"panel: The target does not answer (503). Asked again in 8 s, and up to 2 more times.",
			"panel: The target does not answer (503). Asked again in 16 s, and up to 1 more time."
		]);
	});
});

describe("in a terminal", () => {
	it("no line is as wide as the window, whatever it is", () => {
		fc.assert(
			fc.property(anyStatus, fc.integer({ min: 1, max: 200 }), (status, width) => {
				const pace = { rate: 123.4, seconds: 98_765, still: 0 };
				const rows = stagesOf(status).map((stage, i) => ({ stage, stream: status.streams[i]?.stream ?? "", pace }));
				const lines = rowsText(rows, width, plain);
				expect(lines).toHaveLength(status.streams.length);
				for (const line of lines) expect(widthOf(line)).toBeLessThan(Math.max(width, 1));
			})
		);
	});

	it("names, numbers and the time left stay where the bars give way", () => {
		const rows = [
			{
				stream: "users",
				stage: { doing: "copying", value: 32, total: 100, at: "now" as const },
				pace: { rate: 4, seconds: 17, still: 0 }
			}
		];
		expect(rowsText(rows, 120, plain)[0]).toBe(
			"  › users  copying  ███████░░░░░░░░░░░░░░░░░   32 %  32/100  4.0/s, 17 s left"
		);
		expect(rowsText(rows, 60, plain)[0]).toBe("  › users  copying   32 %  32/100  4.0/s, 17 s left");
	});
});

it("at most one stream is at work, and none before those that are done", () => {
	fc.assert(
		fc.property(anyStatus, status => {
			const at = stagesOf(status).map(stage => stage.at);
			expect(at.filter(each => each === "now").length).toBeLessThanOrEqual(1);
			for (const { value, total } of stagesOf(status)) expect(value).toBeLessThanOrEqual(total);
		})
	);
});

describe("the time left", () => {
	it("follows the last half minute, and is not known at first or while nothing grows", () => {
		const growth = new Growth();
		expect(growth.seen("copying", 0, 1000, 0)).toEqual({ rate: null, seconds: null, still: 0 });
		expect(growth.seen("copying", 100, 1000, 10_000)).toMatchObject({ rate: 10, seconds: 90 });
		expect(growth.seen("copying", 100, 1000, 70_000)).toMatchObject({ seconds: null, still: 60 });
		expect(growth.seen("comparing", 5, 1000, 70_100)).toEqual({ rate: null, seconds: null, still: 0 });
	});
});
