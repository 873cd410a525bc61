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
