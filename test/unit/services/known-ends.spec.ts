import type { Ends } from "../../../contracts/migration/migration";
import { KnownEnds } from "../../../services/migration/subscriptions/known-ends";

const ends = (name: string): readonly Ends[] => [{ name }] as unknown as readonly Ends[];

describe("where migrations lead", () => {
	it("is asked once for all who ask within a while, and anew after news", async () => {
		let asked = 0;
		const known = new KnownEnds(async () => ends(`${++asked}`));
		expect(await Promise.all([known.now(), known.now()])).toEqual([
			{ all: ends("1"), isSure: true },
			{ all: ends("1"), isSure: true }
		]);
		known.forget();
		expect(await known.now()).toEqual({ all: ends("2"), isSure: true });
	});

	it("where nothing was ever told, says why not, and asks anew for whoever comes next", async () => {
		let away = true;
		const known = new KnownEnds(async () => {
			if (away) throw new Error("away");
			return ends("there");
		});
		await expect(known.now()).rejects.toThrow("away");
		away = false;
		expect(await known.now()).toEqual({ all: ends("there"), isSure: true });
	});

	it.each([
		["fails", () => Promise.reject(new Error("away"))],
		["does not come", () => new Promise<never>(() => undefined)]
	])("where the answer %s, is as it was told last, and unsure", async (_, ask) => {
		let asking: () => Promise<readonly Ends[]> = async () => ends("last");
		const known = new KnownEnds(() => asking());
		await known.now();
		asking = ask;
		known.forget();
		expect(await known.now()).toEqual({ all: ends("last"), isSure: false });
		// Nobody waits for the same question twice.
		const began = performance.now();
		expect(await known.now()).toEqual({ all: ends("last"), isSure: false });
		expect(performance.now() - began).toBeLessThan(900);
		asking = async () => ends("new");
		known.forget();
		expect(await known.now()).toEqual({ all: ends("new"), isSure: true });
	});
});
