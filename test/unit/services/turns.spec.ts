import fc from "fast-check";
import { Turns } from "../../../services/platform/gateway/turns";

it("lets each customer's requests in by so many at a time, all of them, whatever becomes of others", async () => {
	const keys = fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.boolean()), { maxLength: 60 });
	await fc.assert(
		fc.asyncProperty(keys, fc.integer({ min: 1, max: 4 }), async (requests, most) => {
			const turns = new Turns(most);
			const running: Record<string, number> = {};
			const work = (key: string, fails: boolean) => async () => {
				running[key] = (running[key] ?? 0) + 1;
				expect(running[key]).toBeLessThanOrEqual(most);
				await new Promise(resolve => setImmediate(resolve));
				running[key]--;
				if (fails) throw new Error("no");
				return key;
			};
			const ended = await Promise.allSettled(requests.map(([key, fails]) => turns.take(key, work(key, fails))));
			expect(ended.map(({ status }) => status)).toEqual(
				requests.map(([, fails]) => (fails ? "rejected" : "fulfilled"))
			);
		})
	);
});

it("keeps one customer's requests waiting, and nobody else's", async () => {
	const turns = new Turns(2);
	const { promise, resolve } = Promise.withResolvers<void>();
	const slow = Array.from({ length: 10 }, () => turns.take("slow", () => promise));
	await expect(turns.take("other", async () => "answered")).resolves.toBe("answered");
	resolve();
	await Promise.all(slow);
});
