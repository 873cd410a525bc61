/** Connectors that definitions open: however many definitions there are, so many stay open, and none that is at work is closed. */

import { OpenConnectors } from "../../../mixins/open-connectors";

class End {
	closed = false;
	readonly #said = "said";
	private done: (() => void) | undefined;

	said(): string {
		return this.#said;
	}
	work(): Promise<void> {
		return new Promise(resolve => {
			this.done = resolve;
		});
	}
	finish(): void {
		this.done?.();
	}
	async close(): Promise<void> {
		this.closed = true;
	}
}

it("keeps so many open, closes the longest unused, and leaves alone what is at work", async () => {
	const ends = new OpenConnectors<End>(3);
	const all: End[] = [];
	const open = (index: number): End =>
		ends.get(`${index}`, () => {
			const end = new End();
			all[index] = end;
			return end;
		});
	const working = open(0).work();
	for (let index = 1; index < 50; index++) expect(open(index).said()).toBe("said");
	expect(all.filter(({ closed }) => !closed).length).toBe(3);
	expect([all[0]?.closed, all[1]?.closed, all[49]?.closed]).toEqual([false, true, false]);
	expect(open(0)).toBe(open(0));
	all[0]?.finish();
	await working;
	for (let index = 50; index < 60; index++) open(index);
	expect(all[0]?.closed).toBe(true);
	await ends.close();
	expect(all.every(({ closed }) => closed)).toBe(true);
});

it("are so many again once what was at work is over, however many were at once", async () => {
	const ends = new OpenConnectors<End>(3);
	const all = Array.from({ length: 20 }, () => new End());
	const work = all.map((end, index) => ends.get(`${index}`, () => end).work());
	expect(ends.size).toBe(20);
	for (const end of all) end.finish();
	await Promise.all(work);
	expect([ends.size, all.filter(({ closed }) => !closed).length]).toEqual([3, 3]);
});

it("goes once nobody has used it for long, unless it is at work", async () => {
	let now = 0;
	const ends = new OpenConnectors<End>(3, () => now);
	const [idle, used, busy] = [new End(), new End(), new End()];
	ends.get("idle", () => idle);
	ends.get("used", () => used);
	const work = ends.get("busy", () => busy).work();
	now = 90;
	expect(ends.get("used", () => new End()).said()).toBe("said");
	now = 110;
	ends.sweep(100);
	expect([idle, used, busy].map(({ closed }) => closed)).toEqual([true, false, false]);
	busy.finish();
	await work;
	now = 300;
	ends.sweep(100);
	expect([used.closed, busy.closed, ends.size]).toEqual([true, true, 0]);
});
