/** A loop that is late again and again sheds, one that was late once does not, and it ends when the loop turns in time. */

import { LoopLoad } from "../../../../domain/platform/load";

const after = (...delays: number[]): number[] => {
	const load = new LoopLoad({ shedDelayMs: 100 });
	return delays.map(delay => {
		load.sample(delay);
		return load.shedding;
	});
};

it.each<[string, number[], number[]]>([
	["late once, however much", [5_000, 0, 0], [0, 0, 0]],
	["late now and then", [150, 150, 20, 150, 150, 20], [0, 0, 0, 0, 0, 0]],
	["late again and again", [150, 150, 150, 150], [0, 0, 1, 1]],
	["much too late", [150, 150, 250, 250], [0, 0, 2, 2]],
	["less late is still late", [250, 250, 250, 150, 80, 80, 80], [0, 0, 2, 2, 2, 2, 2]],
	["in time again", [150, 150, 150, 40, 40, 40, 40], [0, 0, 1, 1, 1, 0, 0]]
])("%s", (_, delays, levels) => expect(after(...delays)).toEqual(levels));
