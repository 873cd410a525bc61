/** Tables whose names may be anybody's, `constructor` or `__proto__`: what a table only inherits is not in it. */

type Table<T> = Readonly<Record<string, T>>;

/** Looks a name up. */
export const own = <T>(table: Table<T> | null | undefined, name: string): T | undefined =>
	table !== null && table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;

/** A table of the same names, each with what is made of its value, and without those of which nothing is. */
export function remade<T, R>(table: Table<T>, make: (value: T, name: string) => R | undefined): Record<string, R> {
	const made: Record<string, R> = {};
	for (const name of Object.keys(table)) {
		const value = table[name];
		const now = value === undefined ? undefined : make(value, name);
		if (now !== undefined) put(made, name, now);
	}
	return made;
}

/** Also by the one name that would be no field, but what the table inherits from. */
function put<R>(table: Record<string, R>, name: string, value: R): void {
	if (name !== "__proto__") table[name] = value;
	else Object.defineProperty(table, name, { value, enumerable: true, writable: true, configurable: true });
}
