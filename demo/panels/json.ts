/** JSON without losses: an integer beyond 2^53 is read as a bigint and written as the digits it came with. */
export type Json = null | boolean | number | bigint | string | readonly Json[] | { readonly [key: string]: Json };
export type Body = { readonly [key: string]: Json };

type Reviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown;
const lossless = JSON as unknown as {
	parse(text: string, reviver: Reviver): Json;
	rawJSON(text: string): unknown;
};

const exact: Reviver = (_key, value, { source }) =>
	typeof value === "number" && !Number.isSafeInteger(value) && source !== undefined && /^-?\d+$/.test(source)
		? BigInt(source)
		: value;

/** Shorter ones are exact anyway. */
const LONG = /\d{16}/;

export const parseJson = (text: string): Json => (LONG.test(text) ? lossless.parse(text, exact) : JSON.parse(text));

export const writeJson = (value: Json): string =>
	holdsBigint(value)
		? JSON.stringify(value, (_key, cell: unknown) => (typeof cell === "bigint" ? lossless.rawJSON(`${cell}`) : cell))
		: JSON.stringify(value);

const holdsBigint = (value: Json | undefined): boolean =>
	typeof value === "bigint" || (typeof value === "object" && value !== null && Object.values(value).some(holdsBigint));

export const isBody = (value: Json | undefined): value is Body =>
	typeof value === "object" && value !== null && !Array.isArray(value);

/** A number where it is exact, else a bigint. */
export function whole(value: bigint): number | bigint {
	const near = Number(value);
	return Number.isSafeInteger(near) ? near : value;
}
