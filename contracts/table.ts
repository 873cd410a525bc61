/** Tables by the types of their own keys: what `Object.keys`, `entries` and `fromEntries` say of them is wider. Pure. */

/** Of a literal of ours, or of what was checked: it has no keys but those of its type. */
export const keysOf = <K extends string>(table: { readonly [key in K]?: unknown }): K[] =>
	entriesOf(table).map(([key]) => key);

/** Those that are there. */
export function entriesOf<K extends string, V>(table: { readonly [key in K]?: V }): [K, V][] {
	const entries: [K, V][] = [];
	for (const key in table) {
		const value = table[key];
		if (value !== undefined && Object.hasOwn(table, key)) entries.push([key, value]);
	}
	return entries;
}

/** A value for each of these keys. */
export const tableOf = <K extends string, V>(keys: readonly K[], entryOf: (key: K) => V): Record<K, V> =>
	// The one place that knows: each key has its entry.
	Object.fromEntries(keys.map(key => [key, entryOf(key)])) as Record<K, V>;

/** Is this a key of the table, and not of what a table only inherits? */
export const isKeyOf = <T extends object>(table: T, key: PropertyKey): key is keyof T => Object.hasOwn(table, key);

/** Is this one of these words? */
export const isOneOf = <T extends string>(words: readonly T[], word: unknown): word is T =>
	words.some(each => each === word);
