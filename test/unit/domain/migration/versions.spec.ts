import { openMemoryStore, versioned } from "../../../../adapters/eventstore";
import { lifted, stamped, UPCASTERS } from "../../../../domain/migration/versions";
import { all } from "../../../adapters/events";

const RUN = "migration/panel";
const losses = { renamed: { count: 3, reason: "r", severity: "act" }, unsaid: { count: 2 }, kept: { info: 1 } };

describe("an event", () => {
	it("is stored with the version that this release writes", () => {
		expect(stamped(RUN, { type: "taken", data: { token: "t" } })).toEqual({
			type: "taken",
			v: 1,
			data: { token: "t" }
		});
		expect(stamped(RUN, { type: "copied", data: {} })).toMatchObject({ v: UPCASTERS.run.copied.length + 1 });
		expect(stamped("another/stream", { type: "taken", data: 1 })).toEqual({ type: "taken", data: 1 });
	});

	it.each(["copied", "settled"])("'%s' of version 1 told one severity for all: they are counted by severity", type => {
		const { v, data } = lifted(RUN, { type, data: { stream: "users", losses } });
		expect(v).toBe(2);
		expect(data).toEqual({ stream: "users", losses: { renamed: { act: 3 }, unsaid: { info: 2 }, kept: { info: 1 } } });
	});

	it("'planned' of version 2 named one kind of what is taken across by hand", () => {
		const planned = (missingInbounds: string[]) =>
			lifted(RUN, { type: "planned", v: 2, data: { plan: { missingInbounds } } });
		expect(planned(["a"]).data).toEqual({
			plan: { missingInbounds: ["a"], artefacts: [{ kind: "inbounds", keys: ["a"] }] }
		});
		expect(planned([]).data).toMatchObject({ plan: { artefacts: [] } });
		expect(lifted(RUN, { type: "planned", data: {} })).toEqual({ type: "planned", v: 3, data: {} });
	});

	it("of the present version is read as it is", () => {
		const event = { type: "copied", v: 2, data: { losses } };
		expect(lifted(RUN, event)).toBe(event);
	});

	it.each([
		["a version", { type: "copied", v: 99, data: {} }],
		["a version that is none", { type: "copied", v: 0, data: {} }],
		["a type", { type: "teleported", v: 1, data: {} }],
		["a type that every object has", { type: "constructor", data: {} }]
	])("of a newer release, %s that is not known here, is not read at all", (_what, event) => {
		expect(() => lifted(RUN, event)).toThrow(/'migration\/panel' holds an event .* a newer Banyan wrote: upgrade/);
	});

	it("of one type is another one in another stream", () => {
		expect(lifted(`${RUN}/undos/users`, { type: "undone", data: 1 })).toMatchObject({ data: 1 });
		expect(() => lifted(`${RUN}/undos/users`, { type: "copied", data: 1 })).toThrow(/newer Banyan/);
	});
});

describe("a store of versions", () => {
	it("stamps what it stores, and lifts what was stored before", async () => {
		const below = openMemoryStore();
		const store = versioned(below);
		const first = await below.append(RUN, "0", [{ type: "copied", data: { losses } }], "old");
		await store.append(RUN, first.version, [{ type: "copied", data: { losses: {} } }], "new");
		expect((await all(below.read(RUN))).map(({ event }) => event.v)).toEqual([undefined, 2]);
		for (const read of [store.read(RUN), store.readAll()])
			expect((await all(read)).map(({ event }) => event)).toMatchObject([
				{ v: 2, data: { losses: { renamed: { act: 3 } } } },
				{ v: 2, data: { losses: {} } }
			]);
	});
});
