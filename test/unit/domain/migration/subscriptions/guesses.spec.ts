/** Guesses at a panel: what is reserved before it is asked is never more than a network has, however many come at once. */

import fc from "fast-check";
import { GUESS_RULES, Guesses, type Refused, type Ticket } from "../../../../../domain/migration/subscriptions/guesses";
import { Proofs } from "../../../../../domain/migration/subscriptions/proofs";

let time = 0;
const guesses = (rules: Partial<typeof GUESS_RULES> = {}) => new Guesses({ ...GUESS_RULES, ...rules }, () => time);
const from = (network: string, region?: string) => ({ network, region });
const settled = async (taken: Ticket | Refused | Promise<Ticket | Refused>, wrong: boolean): Promise<string> => {
	const ticket = await taken;
	if (ticket.kind !== "ticket") return ticket.kind;
	ticket.answered();
	ticket.settle(wrong);
	return wrong ? "wrong" : "good";
};

/** Asks so many at once; answers how many were asked, and how many at the same time at most. */
async function burst(panel: Guesses, count: number, network: (index: number) => ReturnType<typeof from>, wrong = true) {
	let [now, most, asked] = [0, 0, 0];
	const kinds = await Promise.all(
		Array.from({ length: count }, async (_, index) => {
			const ticket = await panel.take(network(index));
			if (ticket.kind !== "ticket") return ticket.kind;
			asked++;
			most = Math.max(most, ++now);
			await new Promise(resolve => setImmediate(resolve));
			now--;
			ticket.answered();
			ticket.settle(wrong);
			return "asked";
		})
	);
	return { asked, most, kinds };
}

it("of a thousand at once no more are asked than a network has points", async () => {
	const { asked, most, kinds } = await burst(guesses(), 1000, () => from("a"));
	expect(asked).toBe(GUESS_RULES.points);
	expect(most).toBeLessThanOrEqual(GUESS_RULES.ofOne);
	expect(new Set(kinds)).toEqual(new Set(["asked", "spent", "busy"]));
});

it("good ones cost nothing, and those that nobody can judge neither, however many there are", async () => {
	const panel = guesses();
	for (let index = 0; index < 1000; index++) expect(await settled(panel.take(from("a")), false)).toBe("good");
	expect(panel.size).toBe(0);
	const { asked } = await burst(guesses({ waitingOfOne: 1000 }), 500, () => from("a"), false);
	expect(asked).toBe(500);
});

it("points come back with time, not with good links", async () => {
	const panel = guesses();
	for (let index = 0; index < GUESS_RULES.points; index++) {
		await settled(panel.take(from("a")), true);
		if (index < GUESS_RULES.points - 1) await settled(panel.take(from("a")), false);
	}
	expect(panel.take(from("a"))).toEqual({ kind: "spent", waitMs: expect.any(Number) });
	expect(await settled(panel.take(from("b")), true)).toBe("wrong");
	time += GUESS_RULES.windowMs;
	expect(await settled(panel.take(from("a")), true)).toBe("wrong");
});

it("of many networks together no more are under way than leave room for those whose links are known", async () => {
	const { asked, most } = await burst(guesses(), 1000, index => from(`n${index}`));
	expect([asked, most <= GUESS_RULES.ofAll]).toEqual([1000, true]);
	const { kinds } = await burst(guesses(), 5000, index => from(`n${index}`));
	expect(kinds.filter(kind => kind === "busy").length).toBe(5000 - GUESS_RULES.ofAll - GUESS_RULES.waitingOfAll);
});

it("the networks of one region have points together", async () => {
	const panel = guesses();
	let asked = 0;
	for (let index = 0; index < 1000; index++)
		if ((await settled(panel.take(from(`n${index}`, "region")), true)) === "wrong") asked++;
	expect(asked).toBe(GUESS_RULES.points * GUESS_RULES.regions);
	expect(await settled(panel.take(from("other", "another")), true)).toBe("wrong");
});

it("whoever waits comes in turn of networks: one that asks much does not keep another waiting", async () => {
	const panel = guesses({ ofAll: 1, points: 1000, waitingOfOne: 1000 });
	const order: string[] = [];
	const ask = async (network: string): Promise<void> => {
		const ticket = (await panel.take(from(network))) as Ticket;
		order.push(network);
		await new Promise(resolve => setImmediate(resolve));
		ticket.answered();
		ticket.settle(true);
	};
	await Promise.all([...Array(100).fill("loud"), "quiet"].map(ask));
	expect(order.indexOf("quiet")).toBeLessThan(4);
});

it("what is remembered is bounded, whoever comes", async () => {
	const panel = guesses({ networks: 1000 });
	for (let index = 0; index < 20_000; index++) await settled(panel.take(from(`n${index}`)), true);
	expect(panel.size).toBeLessThanOrEqual(1000);
	// Those of lately are still counted.
	for (let index = 0; index < 29; index++) await settled(panel.take(from("n19999")), true);
	expect(panel.take(from("n19999"))).toMatchObject({ kind: "spent" });
});

it("whatever comes in whatever order, wrong ones within a window are never more than the points, and no slot is lost", async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.record({ network: fc.constantFrom("a", "b", "c"), wrong: fc.boolean(), ticks: fc.nat(3) }), {
				maxLength: 120
			}),
			async asks => {
				const panel = guesses({ points: 5, ofOne: 3, ofAll: 4, waitingOfOne: 10, waitingOfAll: 20 });
				const wrong = new Map<string, number>();
				await Promise.all(
					asks.map(async each => {
						const ticket = await panel.take(from(each.network));
						if (ticket.kind !== "ticket") return;
						for (let tick = 0; tick < each.ticks; tick++) await Promise.resolve();
						ticket.answered();
						ticket.settle(each.wrong);
						if (each.wrong) wrong.set(each.network, (wrong.get(each.network) ?? 0) + 1);
					})
				);
				for (const count of wrong.values()) expect(count).toBeLessThanOrEqual(5);
				expect(await settled(panel.take(from("d")), false)).toBe("good");
			}
		),
		{ numRuns: 200 }
	);
});

describe("links that were proven", () => {
	it("are forgotten by whoever has too many of them, not by others", () => {
		const proofs = new Proofs(100, 10);
		proofs.add("good", "home");
		for (let index = 0; index < 1000; index++) proofs.add(`bad${index}`, "loud");
		expect([proofs.has("good"), proofs.has("bad999"), proofs.has("bad0"), proofs.size]).toEqual([
			true,
			true,
			false,
			11
		]);
	});
	it("that are asked for stay, of all of them", () => {
		const proofs = new Proofs(100, 10);
		proofs.add("good", "home");
		for (let index = 0; index < 1000; index++) {
			proofs.add(`other${index}`, `network${index}`);
			expect(proofs.has("good")).toBe(true);
		}
		expect(proofs.size).toBe(100);
	});
	it("and are good no more are forgotten", () => {
		const proofs = new Proofs(100, 10);
		proofs.add("good", "home");
		proofs.drop("good");
		proofs.drop("never");
		expect([proofs.has("good"), proofs.size]).toEqual([false, 0]);
	});
});
