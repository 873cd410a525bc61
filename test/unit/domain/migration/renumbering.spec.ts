import shapes from "../../../../domain/migration/event-schemas.json";
import { type Renumber, renumbered } from "../../../../domain/migration/renumbering";

const to: Renumber = (stream, version) => (version === "0" ? "0" : `${stream}@${version}`);

it.each([
	["migration/panel", "copied", { stream: "users", records: "3" }, { records: "migration/panel/records/users@3" }],
	["migration/panel", "settled", { stream: "users", records: "0" }, { records: "0" }],
	[
		"migration/panel",
		"compared",
		{ stream: "a", comparisons: "7" },
		{ comparisons: "migration/panel/comparisons/a@7" }
	],
	[
		"migration/panel",
		"undone",
		{ stream: "a", records: "1", undos: "2" },
		{ records: "migration/panel/records/a@1", undos: "migration/panel/undos/a@2" }
	],
	["migration/panel/comparisons/users", "compared", { pass: 1, position: "9" }, { position: "migration/panel@9" }],
	["migration/panel/records/users", "written", { batch: 1, records: "3" }, {}],
	["lease/panel", "acquired", { position: "3" }, {}]
])("in %s an event %s names versions anew", (stream, type, data, changed) => {
	const event = { type, v: 1, data };
	expect(renumbered(stream, event, to)).toEqual({ ...event, data: { ...data, ...changed } });
});

/** What is the version of another stream in an event is called so; nothing else is. */
const VERSIONS = /\b(records|comparisons|undos|position|version|from):string\b/g;

it("no other event names a version", () => {
	const named = Object.entries(shapes as Readonly<Record<string, readonly string[]>>).flatMap(([event, versions]) =>
		[...(versions.at(-1) ?? "").matchAll(VERSIONS)].map(([, field]) => `${event} ${field}`)
	);
	expect(named.sort()).toEqual([
		"comparisons/compared position",
		"run/compared comparisons",
		"run/copied records",
		"run/settled records",
		"run/undone records",
		"run/undone undos"
	]);
});
