/** What a run is told: begin, go on, stop, compare, put back. */

import { action } from "../contract";
import { examples } from "./examples";
import { CHAPTERS, hash, name, RUN, reason } from "./fields";
import { status } from "./status";

export const running = {
	start: action({
		chapter: CHAPTERS.run,
		summary:
			"Begins, or goes on with, what was planned under that name; answers at once. With `only` or `limit` it moves just these of the last stream, looks at them at the target, and rests. `accept` names codes of losses that need nobody's hand. With `hash`, as the plan answered it, nothing starts but what was reviewed; what a key planned that may only plan starts with it alone.",
		keyed: true,
		permission: RUN,
		rest: "POST /migrations/:name/start",
		aliases: ["POST /api/v1/migrations/:name/resume", "POST /migration/start", "POST /api/v1/import", "POST /import"],
		status: 202,
		location: "/migrations/:name",
		params: {
			name,
			hash,
			only: { type: "array", items: "string|min:1|max:512", min: 1, max: 1000, optional: true },
			limit: { type: "number", integer: true, min: 1, optional: true },
			backupTaken: {
				type: "boolean",
				default: false,
				summary: "The operator has taken a backup of the target's database, where it cannot be copied from here."
			},
			accept: {
				type: "array",
				items: "string|min:1|max:100",
				min: 1,
				max: 500,
				optional: true,
				summary: "Codes of losses that need nobody's hand from now on."
			}
		},
		result: status,
		example: examples.start
	}),
	pause: action({
		chapter: CHAPTERS.run,
		summary: "Stops after the batch at hand, and does not go on until it is started.",
		keyed: true,
		permission: RUN,
		rest: "POST /migrations/:name/pause",
		params: { name, reason },
		result: status,
		example: examples.pause
	}),
	halt: action({
		chapter: CHAPTERS.run,
		summary: "Stops after the batch at hand; `start` goes on.",
		keyed: true,
		permission: RUN,
		rest: "POST /migrations/:name/halt",
		params: { name },
		result: status,
		example: examples.halt
	}),
	cancel: action({
		chapter: CHAPTERS.run,
		summary: "Stops for good; what was moved stays, and can be rolled back.",
		keyed: true,
		permission: RUN,
		rest: "POST /migrations/:name/cancel",
		params: { name, reason },
		result: status,
		example: examples.cancel
	}),
	compare: action({
		chapter: CHAPTERS.afterwards,
		summary:
			"Compares once more: what is new or changed at the source is written, what others changed at the target is left and listed.",
		keyed: true,
		permission: RUN,
		rest: "POST /migrations/:name/compare",
		status: 202,
		location: "/migrations/:name",
		params: { name, reason },
		result: status,
		example: examples.compare
	}),
	repair: action({
		chapter: CHAPTERS.afterwards,
		summary:
			"Compares once more and writes what differs, also where others changed it at the target. `removals` confirms so many deletions at the source.",
		keyed: true,
		permission: RUN,
		rest: "POST /migrations/:name/repair",
		status: 202,
		location: "/migrations/:name",
		params: {
			name,
			reason,
			removals: {
				type: "number",
				integer: true,
				min: 0,
				optional: true,
				summary:
					"How many deletions at the source, of all streams, are confirmed; refused where more are known to wait."
			}
		},
		result: status,
		example: examples.repair
	}),
	rollback: action({
		chapter: CHAPTERS.afterwards,
		summary: "Puts the target back as it was, record by record, where what is there is still ours.",
		keyed: true,
		permission: RUN,
		rest: "POST /migrations/:name/rollback",
		aliases: ["POST /api/v1/import/rollback", "POST /import/rollback"],
		status: 202,
		location: "/migrations/:name",
		params: { name, reason },
		result: status,
		example: examples.rollback
	})
};
