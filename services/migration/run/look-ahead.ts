/** Takes the next item while the present one is being used: the source is read while the target is written. */
export async function* lookAhead<T>(items: AsyncIterator<T>): AsyncGenerator<T> {
	let next = items.next();
	for (;;) {
		const { done, value } = await next;
		if (done) return;
		next = items.next();
		// Its failure is met when it is awaited; until then nobody else must hear of it.
		next.catch(() => undefined);
		yield value;
	}
}

/** Maps in the items' order, `atOnce` of them under way while one is being used. */
export async function* mapAhead<T, R>(
	items: AsyncIterable<T>,
	map: (item: T) => Promise<R>,
	atOnce: number
): AsyncGenerator<R> {
	const underWay: Promise<R>[] = [];
	for await (const item of items) {
		const mapped = map(item);
		// As above.
		mapped.catch(() => undefined);
		underWay.push(mapped);
		const first = underWay.length > atOnce ? underWay.shift() : undefined;
		if (first !== undefined) yield await first;
	}
	for (const mapped of underWay) yield await mapped;
}
