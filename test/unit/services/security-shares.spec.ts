/** What is kept for a key is as much as its share, however many ask at once. */

import type { Sealer } from "../../../adapters/secrets";
import type { Broker } from "../../../cluster";
import type { Caller } from "../../../domain/migration/callers";
import { resolveReferences } from "../../../domain/migration/references";
import type { Planned, PlannedDefinition } from "../../../services/migration/run/planned";
import { rehearsalName } from "../../../services/migration/run/rehearsal-name";
import { Rehearsals } from "../../../services/migration/run/rehearsals";
import { openCollection } from "../../support/collections";
import { runsOn } from "../../support/runs";
import { until } from "../../support/until";

const caller: Caller = { id: "one", scopes: ["migration:plan"] };
const sealer: Pick<Sealer, "seal" | "open"> = { seal: text => text, open: text => text };
const named = (name: string): Planned =>
	({
		definition: {
			name,
			source: { connector: "marzneshin" },
			target: { connector: "marzban" },
			streams: ["users"],
			batch: { records: 1, bytes: 1000 }
		},
		hash: name,
		mapping: "marzneshin-to-marzban",
		context: {},
		plan: { ok: false, streams: [] }
	}) as unknown as Planned;

const kinds = async (all: readonly Promise<unknown>[]): Promise<number> =>
	(await Promise.allSettled(all)).filter(({ status }) => status === "fulfilled").length;

describe("many at once have one key's share", () => {
	it("of plans, round after round", async () => {
		await using kept = await openCollection<PlannedDefinition>({ name: "definitions", key: "name" });
		const { collection } = kept;
		const lists = jest.spyOn(collection, "each");
		const names = async (): Promise<string[]> => (await collection.find()).records.map(({ name }) => name);
		const limits = { plans: 50, plansEach: 4, planDays: 30 };
		const runs = runsOn({ definitions: collection, sealer, limits });
		for (let round = 0; round < 3; round++)
			await kinds(Array.from({ length: 10 }, (_, index) => runs.keep(named(`${round}-${index}`), caller)));
		expect(await names()).toEqual(["2-6", "2-7", "2-8", "2-9"]);
		// What all of them hold is not read anew for each, nor for each old link.
		for (let link = 0; link < 10; link++) expect(await runs.ends({ value: () => undefined, allows: null })).toEqual([]);
		expect(lists).toHaveBeenCalledTimes(1);
		// Fewer than were kept before: those beyond go with the next one.
		const fewer = runsOn({ definitions: collection, sealer, limits: { ...limits, plansEach: 2 } });
		await fewer.keep(named("last"), caller);
		expect(await names()).toEqual(["2-9", "last"]);
	});

	it("of dry runs, of one name or of many", async () => {
		let asked = 0;
		const waiting: (() => void)[] = [];
		const call = (): Promise<never> => {
			asked++;
			return new Promise((_, reject) => waiting.push(() => reject(new Error("left"))));
		};
		const broker = { call, options: {} } as unknown as Broker;
		const rehearsals = new Rehearsals({ dryRuns: 10, dryRunsEach: 2, dryRunIdle: 60 });
		const begin = (name: string): Promise<unknown> => rehearsals.begin(broker, named(name), caller);
		expect(await kinds(["a", "b", "c", "d"].map(begin))).toBe(2);
		expect(["a", "b", "c"].map(name => rehearsals.get(rehearsalName(name)) !== undefined)).toEqual([true, true, false]);
		await until(async () => asked === 2);
		// One of the same name waits until the last batch of the one before is over, and it is one.
		const first = rehearsals.get(rehearsalName("a"));
		let over = false;
		const again = kinds(Array.from({ length: 5 }, () => begin("a"))).finally(() => {
			over = true;
		});
		await until(async () => {
			for (const leave of waiting.splice(0)) leave();
			return over;
		});
		expect(await again).toBe(5);
		expect(first?.running).toBe(false);
		await until(async () => {
			for (const leave of waiting.splice(0)) leave();
			return [rehearsalName("a"), rehearsalName("b")].every(name => !rehearsals.get(name)?.running);
		});
		await rehearsals.endAll();
	});

	it("of dry runs those within the cluster have none, and all of them together no more than fit", async () => {
		const rehearsals = new Rehearsals({ dryRuns: 3, dryRunsEach: 2, dryRunIdle: 60 });
		const broker = { call: async () => ({ records: [], next: null, total: 0 }) } as unknown as Broker;
		const names = ["a", "b", "c", "d", "e"];
		for (const name of names) {
			const { run } = await rehearsals.begin(broker, named(name), undefined);
			await until(async () => rehearsals.get(run.name)?.running === false);
		}
		const kept = names.filter(name => rehearsals.get(rehearsalName(name)));
		expect(kept).toEqual(["c", "d", "e"]);
		await rehearsals.endAll();
	});
});

it("what lacks in an option is told a few times, however often it is named", () => {
	const variables = { value: () => undefined, allows: null };
	const names = (text: (at: number) => string): string => Array.from({ length: 10_000 }, (_, at) => text(at)).join("");
	const lacking = (password: string): number => {
		const resolved = resolveReferences({ connector: "marzban", password }, variables);
		return resolved.ok ? 0 : resolved.unfilled.length;
	};
	expect(lacking(names(() => "${LACKS}"))).toBe(1);
	expect(lacking(names(at => `\${LACKS_${at}}`))).toBe(20);
});
