/** Items as they come, some at once. Pure. */
export async function* inGroups<T>(items: AsyncIterable<T>, most: number): AsyncGenerator<T[]> {
	let held: T[] = [];
	for await (const item of items) {
		if (held.push(item) < most) continue;
		yield held;
		held = [];
	}
	if (held.length > 0) yield held;
}
