import fc from "fast-check";
import { Turns } from "../../../services/migration/subscriptions/turns";

it("lets each customer's requests in by so many at a time, all of them, whatever becomes of others", async () => {
	const keys = fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.boolean()), { maxLength: 60 });
	await fc.assert(
		fc.asyncProperty(keys, fc.integer({ min: 1, max: 4 }), async (requests, most) => {
			const turns = new Turns(most, 100);
			const running: Record<string, number> = {};
			const work = (key: string, fails: boolean) => async () => {
				running[key] = (running[key] ?? 0) + 1;
				expect(running[key]).toBeLessThanOrEqual(most);
				await new Promise(resolve => setImmediate(resolve));
				running[key]--;
				if (fails) throw new Error("no");
				return key;
			};
			const ended = await Promise.allSettled(
				requests.map(([key, fails]) => turns.take(key, work(key, fails), "crowded"))
			);
			expect(ended.map(({ status }) => status)).toEqual(
				requests.map(([, fails]) => (fails ? "rejected" : "fulfilled"))
			);
		})
	);
});

it("turns away what more of one customer's would wait than may", async () => {
	const turns = new Turns(2, 3);
	const { promise, resolve } = Promise.withResolvers<string>();
	const all = Array.from({ length: 10 }, () => turns.take("loud", () => promise, "crowded"));
	expect(await Promise.race(all)).toBe("crowded");
	resolve("answered");
	const said = await Promise.all(all);
	expect([said.filter(each => each === "answered").length, said.length]).toEqual([5, 10]);
});

it("keeps one customer's requests waiting, and nobody else's", async () => {
	const turns = new Turns(2, 4);
	const { promise, resolve } = Promise.withResolvers<void>();
	const slow = Array.from({ length: 10 }, () => turns.take("slow", () => promise, undefined));
	await expect(turns.take("other", async () => "answered", "crowded")).resolves.toBe("answered");
	resolve();
	await Promise.all(slow);
});
