/** Never more at once than may be, nobody is passed over, and whoever has ended makes room. */

import fc from "fast-check";
import { Turns } from "../../../../../domain/platform/calls/turns";

/** Those that come and end, in some order. */
class Door {
	readonly began: number[] = [];
	underWay = 0;
	waiting = 0;
	private id = 0;
	private readonly turns: Turns;

	constructor(
		readonly most: number,
		readonly queue: number
	) {
		this.turns = new Turns(most, queue);
	}

	come(): void {
		const mine = this.id++;
		const turn = this.turns.take(0);
		if (turn === undefined) expect([this.underWay, this.waiting]).toEqual([this.most, this.queue]);
		else if (turn === 0) this.begin(mine);
		else this.wait(mine, turn);
	}

	end(): void {
		if (this.underWay === 0) return;
		this.underWay--;
		this.turns.end(1);
	}

	private wait(mine: number, turn: Promise<number>): void {
		this.waiting++;
		void turn.then(() => {
			this.waiting--;
			this.begin(mine);
		});
	}

	private begin(mine: number): void {
		this.began.push(mine);
		this.underWay++;
	}
}

it("in whatever order they come and end", async () => {
	const steps = fc.array(fc.boolean(), { maxLength: 200 });
	await fc.assert(
		fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.nat(5), steps, async (most, queue, comes) => {
			const door = new Door(most, queue);
			for (const isNew of comes) {
				if (isNew) door.come();
				else door.end();
				await new Promise(setImmediate);
				expect(door.underWay).toBeLessThanOrEqual(most);
				expect(door.waiting === 0 || door.underWay === most).toBe(true);
			}
			expect(door.began).toEqual([...door.began].sort((one, other) => one - other));
		}),
		{ numRuns: 30 }
	);
});
