/** Connectors that definitions open: however many definitions there are, so many stay open, and none that is at work is closed. */

import { OpenEnds } from "../../../mixins/open-ends";

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
	const ends = new OpenEnds<End>(3);
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
