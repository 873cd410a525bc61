/** Whose old links a page has: of those alone who are at the target by now. */

import type { Broker } from "../../../cluster";
import type { RunEvent } from "../../../domain/migration/events";
import { apply } from "../../../domain/migration/fold";
import { newRun, noOutcomes, type Run } from "../../../domain/migration/run";
import { linkLines } from "../../../services/migration/run/links";

const planned = {
	definition: { name: "panel", streams: ["users"], source: {}, target: { url: "http://target:8000" } },
	hash: "h",
	mapping: "m",
	context: {},
	plan: { findings: [], streams: [] }
} as unknown as Extract<RunEvent, { type: "planned" }>["data"];

const counts = { stream: "users", batch: 1, claimed: [], held: [], quarantine: {}, losses: {}, records: "1" };
const IDS = ["1", "2", "3", "4"];
const copied: RunEvent = {
	type: "copied",
	data: {
		...counts,
		cursor: null,
		last: true,
		total: 4,
		ids: IDS,
		moved: IDS.map(id => [id, `user${id}`]),
		removed: [],
		outcomes: { ...noOutcomes(), created: 4 }
	}
};
const removed: RunEvent = {
	type: "settled",
	data: { ...counts, ids: [], moved: [], removed: ["4"], outcomes: { ...noOutcomes(), created: -1, removed: 1 } }
};
const undoing: RunEvent = { type: "undoing", data: { reason: "" } };
const undone: RunEvent = {
	type: "undone",
	data: {
		stream: "users",
		ids: ["1", "2"],
		restored: 1,
		changed: 1,
		left: ["2"],
		tries: [],
		records: "1",
		last: false,
		undos: "1"
	}
};
const cancelled: RunEvent = { type: "cancelled", data: { reason: "" } };
const rolledBack: RunEvent = { type: "rolledBack", data: { changed: 1 } };

const runAfter = (...events: RunEvent[]): Run => {
	const run = newRun("panel", planned, "0");
	for (const [index, event] of events.entries()) apply(run, event, String(index + 1), "2026-01-01T00:00:00Z");
	return run;
};

/** The source names all four, and a link of each is kept. */
const ANSWERS: Readonly<Record<string, (params: { ids: string[] }) => unknown>> = {
	"extractor.page": () => ({ records: IDS.map(id => ({ id, name: `user${id}`, data: id })), next: null }),
	"links.of": ({ ids }) => ids.map(id => ({ id, username: `user${id}`, target: `/sub/new${id}` }))
};
const broker = {
	options: { settings: { environment: {} } },
	call: async (action: string, params: { ids: string[] }) => ANSWERS[action]?.(params)
} as unknown as Broker;

it.each<[string, RunEvent[], string[]]>([
	["that is moved", [copied], IDS],
	["of which one was deleted at the source, and taken away", [copied, removed], ["1", "2", "3"]],
	["that was cancelled", [copied, cancelled], IDS],
	["that is being rolled back: all but those who were put back", [copied, undoing, undone], ["2", "3", "4"]],
	["whose rollback was cancelled", [copied, undoing, undone, cancelled], ["2", "3", "4"]],
	["that was rolled back", [copied, undoing, undone, rolledBack], []]
])("the links of a migration %s", async (_, events, ids) => {
	const { lines } = await linkLines(broker, runAfter(...events), ["users", { oldPath: id => `/sub/${id}` }], null);
	expect(lines.map(({ target }) => target)).toEqual(ids.map(id => `http://target:8000/sub/new${id}`));
});
