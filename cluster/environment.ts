/** How a variable of the environment is read: a wrong one stops the node with a sentence. */

export type Environment = Readonly<Record<string, string | undefined>>;

/** A setting that is not as it must be. */
export class SettingError extends Error {
	override readonly name = "SettingError";
}

export interface Variable<T> {
	/** What it is, as a part of a sentence. */
	readonly says: string;
	/** Its form: the end of a sentence that begins "it must be". */
	readonly must: string;
	readonly fallback: string | null;
	/** The value, or undefined when the text is not of the form. */
	readonly read: (text: string) => T | undefined;
	/** What is wrong with one that has the form, or why one has not: the end of a sentence. */
	readonly fault?: (text: string) => string | undefined;
	/** A secret may stand in it: a wrong one is not shown. */
	readonly secret?: true;
}

/** Null where it is not set, and has no default. @throws SettingError */
export function readVariable<T>(environment: Environment, name: string, variable: Variable<T>): T | null {
	const { says, must, fallback, read, secret, fault } = variable;
	const given = environment[name] || fallback;
	if (given === null) return null;
	const value = read(given);
	const wrong = fault?.(given) ?? (value === undefined ? `it must be ${must} (${says})` : "");
	if (value !== undefined && wrong === "") return value;
	throw new SettingError(
		`${name}${secret ? "" : `='${given}'`} is not valid: ${wrong}${wrong.endsWith("?") ? "" : "."}`
	);
}
