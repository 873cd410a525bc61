/** The mapping task list → notebook: lists become books, tasks become notes in them; a notebook knows no deadlines. */

import type { Json } from "../../../contracts/json";
import type { Definition } from "../../../contracts/migration/definition";
import type { Meanings } from "../../../domain/meaning";
import type { Mapping, MappingEntry, MappingSpec, StreamMapping } from "../../../domain/migration/mapping";
import { SYSTEMS, type Systems } from "../../../mixins/systems";
import { notebookSpec, openNotebook } from "./notebook";
import { openTaskList, taskListSpec } from "./task-list";

const losses = {
	deadline_dropped: {
		kind: "loss",
		severity: "act",
		streams: ["tasks"],
		says: "{records} had a deadline, and a notebook knows none.",
		means: "Nobody is reminded any more.",
		whom: ["operator"],
		todo: "Put the date into a calendar."
	},
	task_done: {
		kind: "quarantine",
		severity: "act",
		streams: ["tasks"],
		says: "{records} [is|are] done, and `rules.done: leave` leaves [it|them].",
		means: "Nobody needs the note.",
		whom: ["operator"],
		todo: "Nothing."
	},
	title_long: {
		kind: "quarantine",
		severity: "act",
		streams: ["tasks"],
		says: "{records} [has|have] a title longer than a line of the notebook.",
		means: "It would be cut.",
		whom: ["operator"],
		todo: "Give it a shorter title."
	}
} as const satisfies Meanings;

const spec: MappingSpec = {
	name: "tasks-to-notes",
	source: "task-list",
	target: "notebook",
	titles: { "task-list": "Task list", notebook: "Notebook" },
	nouns: { lists: ["list", "lists"], tasks: ["task", "tasks"] },
	defaultStreams: ["tasks", "lists"],
	rulesSchema: { done: { type: "enum", values: ["move", "leave"], default: "move" } },
	losses
};

interface Context {
	readonly done: "move" | "leave";
	/** By id. */
	readonly books: Readonly<Record<string, string>>;
}

const copied: StreamMapping<Context>["converters"] = {
	copy: (data, _, { from: [field = ""] }) => ({ value: data[field] ?? null })
};

const lists: StreamMapping<Context> = {
	nameField: "title",
	rows: [{ to: "title", from: ["title"], convert: "copy" }],
	converters: copied
};

const tasks: StreamMapping<Context> = {
	nameField: "title",
	after: ["lists"],
	rows: [
		{ to: "title", from: ["title"], convert: "copy" },
		{ to: "book", from: ["list"], convert: "book" },
		{ to: "done", from: ["done"], convert: "done" },
		{ to: null, from: ["due"], convert: "due" }
	],
	converters: {
		...copied,
		book: ({ list }, { books }) => ({ value: books[String(list)] ?? null }),
		done: ({ done }, rules) =>
			done === true && rules.done === "leave"
				? { quarantine: { category: "task_done", field: "done", value: "true", reason: "It is done." } }
				: { value: done === true ? 1 : 0 },
		due: ({ due }) =>
			due === null
				? {}
				: { losses: [{ code: "deadline_dropped", field: "due", severity: "act", reason: `It was due ${due}.` }] }
	}
};

const LONGEST = 40;

const mapping: Mapping<Context> = {
	...spec,
	streams: { lists, tasks },
	contextOf: ({ lists: books }, _target, { rules }: Definition) => ({ done: rules.done, books }) as Context,
	findings: () => [],
	rules: [{ stream: "tasks", category: "title_long", field: "title", says: `at most ${LONGEST} characters` }],
	violation: (stream, { id, data: { title } }) =>
		stream === "tasks" && String(title).length > LONGEST
			? {
					id,
					category: "title_long",
					field: "title",
					value: String(title),
					reason: `A line has ${LONGEST} characters.`
				}
			: undefined
};

export const tasksToNotes: MappingEntry = { spec, load: async () => mapping as unknown as Mapping<Json> };

/** Banyan's own, and these two. */
export const WITH_TASKS: Systems = {
	sources: { ...SYSTEMS.sources, "task-list": { spec: taskListSpec, open: openTaskList } },
	targets: { ...SYSTEMS.targets, notebook: { spec: notebookSpec, open: openNotebook } },
	mappings: [...SYSTEMS.mappings, tasksToNotes]
};
