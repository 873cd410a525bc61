/** Looks names up in tables. A name may be anybody's, `constructor` or `__proto__`: what a table only inherits is not in it. */

export const own = <T>(table: Readonly<Record<string, T>> | null | undefined, name: string): T | undefined =>
	table !== null && table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
