import { type Lack, lacksIn, type Need, standingOf } from "../../../../domain/platform/needs";

const SINCE = "2026-11-27T12:00:00.000Z";
const LATER = "2026-11-27T12:00:09.000Z";
const lack = (need: Need, since = SINCE): Lack => ({ service: "access", need, since });
const lacks = (told: Readonly<Record<string, readonly Lack[]>>) => new Map(Object.entries(told));
const TWO = ["access-1", "access-2"];

describe("how a service is", () => {
	it.each([
		["no node runs it", [], {}, { status: "down" }],
		["all nodes reach what it needs", TWO, {}, { status: "up" }],
		[
			"one of them misses the database",
			TWO,
			{ "access-2": [lack("database")] },
			{ status: "degraded", why: `The database is out of reach of access-2 since ${SINCE}.` }
		],
		[
			"all of them miss the database: nothing is answered",
			TWO,
			{ "access-1": [lack("database", LATER)], "access-2": [lack("database")] },
			{ status: "down", why: `The database is out of reach of access-1, access-2 since ${SINCE}.` }
		],
		[
			"all of them miss the events: what was read is answered",
			TWO,
			{ "access-1": [lack("events")], "access-2": [lack("events")] },
			{ status: "degraded", why: `The event store is out of reach of access-1, access-2 since ${SINCE}.` }
		],
		[
			"one misses this, the other that",
			TWO,
			{ "access-1": [lack("events")], "access-2": [lack("database")] },
			{
				status: "degraded",
				why: `The event store is out of reach of access-1 since ${SINCE}. The database is out of reach of access-2 since ${SINCE}.`
			}
		],
		[
			"a node is named once, however many services of it are meant",
			["access-1"],
			{ "access-1": [lack("database"), { ...lack("database", LATER), service: "idempotency" }] },
			{ status: "down", why: `The database is out of reach of access-1 since ${SINCE}.` }
		],
		["a node that does not run it misses something", TWO, { "stages-1": [lack("database")] }, { status: "up" }]
	] as const)("%s", (_, nodes, told, standing) => {
		expect(standingOf(nodes, lacks(told))).toEqual(standing);
	});
});

describe("what another node says of itself", () => {
	it("is taken in its form", () => {
		expect(lacksIn({ version: "1", lacks: [lack("database")] })).toEqual([lack("database")]);
	});

	it.each([
		undefined,
		null,
		"lacks",
		{},
		{ lacks: null },
		{ lacks: {} },
		{ lacks: [null, 1, {}, { service: "access", need: "luck", since: SINCE }, { service: "access", need: "database" }] }
	])("and passed over where it is none: %j", metadata => {
		expect(lacksIn(metadata)).toEqual([]);
	});
});
