/** What must be there: where it is not, that is said, and nothing goes on with it. Pure. */

/** @throws where the list is shorter */
export function nth<T>(list: ArrayLike<T>, index: number): T {
	const found = list[index];
	if (found === undefined) throw new RangeError(`There is no number ${index} among ${list.length}.`);
	return found;
}

/** @throws where the map has no such key */
export function valueAt<K, V>(map: { get(key: K): V | undefined }, key: K): V {
	const found = map.get(key);
	if (found === undefined) throw new RangeError(`There is no '${key}'.`);
	return found;
}
