/** Times as people read them, by their greatest unit. Pure. */

const UNITS: readonly (readonly [seconds: number, unit: string])[] = [
	[86_400, "d"],
	[3_600, "h"],
	[60, "min"]
];

/** `8 s`, `3 min`, `2 h`. */
export function spell(seconds: number): string {
	const [size, unit] = UNITS.find(([least]) => seconds >= least) ?? [1, "s"];
	return `${Math.max(0, Math.floor(seconds / size))} ${unit}`;
}
