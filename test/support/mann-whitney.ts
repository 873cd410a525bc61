/** Do two samples come from one distribution? Mann and Whitney (1947), by the normal approximation, corrected for ties. */

interface Ranked {
	readonly value: number;
	readonly isFirst: boolean;
}

/** The probability of a difference as great as this one where there is none, both ways. For samples of more than 20. */
export function probabilityOfNoDifference(first: readonly number[], second: readonly number[]): number {
	const all: Ranked[] = [
		...first.map(value => ({ value, isFirst: true })),
		...second.map(value => ({ value, isFirst: false }))
	].sort((a, b) => a.value - b.value);
	const [n, m, total] = [first.length, second.length, all.length];
	let [ranks, ties, at] = [0, 0, 0];
	while (at < total) {
		const end = all.findLastIndex(({ value }) => value === all[at]?.value) + 1;
		const [size, rank] = [end - at, (at + 1 + end) / 2];
		ranks += all.slice(at, end).filter(({ isFirst }) => isFirst).length * rank;
		ties += size ** 3 - size;
		at = end;
	}
	const u = ranks - (n * (n + 1)) / 2;
	const variance = ((n * m) / 12) * (total + 1 - ties / (total * (total - 1)));
	return 2 * (1 - normal(Math.abs(u - (n * m) / 2) / Math.sqrt(variance)));
}

/** Abramowitz and Stegun 26.2.17: right to seven digits. */
function normal(z: number): number {
	const t = 1 / (1 + 0.2316419 * z);
	const tail = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
	const sum = tail.reduce((all, each, index) => all + each * t ** (index + 1), 0);
	return 1 - (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * sum;
}
