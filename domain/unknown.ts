/** Looks into what nobody vouches for: whatever was thrown, the JSON of others. Pure. */

/** Undefined where there is none, of null and undefined, too. */
export const propertyOf = (value: unknown, name: string): unknown =>
	value === null || value === undefined ? undefined : Reflect.get(Object(value), name);

/** The same, where it is a text. */
export function textOf(value: unknown, name: string): string | undefined {
	const found = propertyOf(value, name);
	return typeof found === "string" ? found : undefined;
}

/** `ENOENT`, `ECONNRESET`, `ERR_SQLITE_ERROR` …: the word by which the system, or a library, names an error. */
export const codeOf = (error: unknown): string | undefined => textOf(error, "code");

/** Also of another realm, which `instanceof` does not know. */
export const isError = (thrown: unknown): thrown is Error =>
	textOf(thrown, "message") !== undefined && textOf(thrown, "name") !== undefined;

/** Anything may be thrown; what is no error is made one. */
export const errorOf = (thrown: unknown): Error => (isError(thrown) ? thrown : new Error(String(thrown)));

export const messageOf = (thrown: unknown): string => errorOf(thrown).message;

/** A table of fields: neither a list nor null. */
export const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
	typeof value === "object" && value !== null && !Array.isArray(value);

/** Its fields; none where it has none. */
export const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> => (isFields(value) ? value : {});
