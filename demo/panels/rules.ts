/** Field rules in the words of pydantic: every broken field of a body is told at once. */
import { invalid } from "./answers";
import type { Body, Json } from "./json";
import { whole } from "./json";
import { readTime } from "./time";

export type Whole = number | bigint;

/** `'a', 'b' or 'c'`. */
export function oneOf(values: readonly string[]): string {
	const quoted = values.map(value => `'${value}'`);
	const last = quoted.pop() ?? "";
	return quoted.length > 0 ? `${quoted.join(", ")} or ${last}` : last;
}

/** An integer as pydantic reads one leniently, or the words against it. */
export function readWhole(value: Json): Whole | string {
	if (typeof value === "boolean") return value ? 1 : 0;
	if (typeof value === "bigint") return value;
	if (typeof value === "number") {
		if (Number.isSafeInteger(value)) return value;
		return Number.isInteger(value)
			? BigInt(value)
			: "Input should be a valid integer, got a number with a fractional part";
	}
	if (typeof value !== "string") return "Input should be a valid integer";
	if (/^\s*[+-]?\d+(\.0+)?\s*$/.test(value)) return whole(BigInt(value.trim().replace(/^\+|\.0+$/g, "")));
	return "Input should be a valid integer, unable to parse string as an integer";
}

const truths: Readonly<Record<string, boolean>> = {
	true: true,
	"1": true,
	on: true,
	yes: true,
	t: true,
	y: true,
	false: false,
	"0": false,
	off: false,
	no: false,
	f: false,
	n: false
};

export class Rules {
	readonly broken: Record<string, string> = {};

	constructor(readonly body: Body) {}

	has(name: string): boolean {
		return Object.hasOwn(this.body, name);
	}

	fail(name: string, words: string): undefined {
		this.broken[name] = words;
		return undefined;
	}

	need(name: string): boolean {
		if (this.has(name)) return true;
		this.fail(name, "Field required");
		return false;
	}

	/** Null and absent are both undefined; say `need` first where that is not fine. */
	text(name: string, { nullable = true } = {}): string | undefined {
		const value = this.body[name];
		if (value === undefined || (value === null && nullable)) return undefined;
		return typeof value === "string" ? value : this.fail(name, "Input should be a valid string");
	}

	whole(name: string, least?: number): Whole | undefined {
		const value = this.body[name];
		if (value === undefined || value === null) return undefined;
		const read = readWhole(value);
		if (typeof read === "string") return this.fail(name, read);
		if (least !== undefined && read < least)
			return this.fail(name, `Input should be greater than or equal to ${least}`);
		return read;
	}

	flag(name: string, { nullable = true } = {}): boolean | undefined {
		const value = this.body[name];
		if (value === undefined || (value === null && nullable)) return undefined;
		const read = typeof value === "boolean" ? value : truths[String(value).toLowerCase()];
		return read ?? this.fail(name, "Input should be a valid boolean, unable to interpret input");
	}

	time(name: string): string | undefined {
		const value = this.body[name];
		if (value === undefined || value === null) return undefined;
		return readTime(value) ?? this.fail(name, "Input should be a valid datetime or date, invalid character in year");
	}

	/** One of the values; null is refused unless it is said to be fine. */
	choice<T extends string>(name: string, values: readonly T[], { nullable = false } = {}): T | undefined {
		const value = this.body[name];
		if (value === undefined || (value === null && nullable)) return undefined;
		const chosen = values.find(one => one === value);
		return chosen ?? this.fail(name, `Input should be ${oneOf(values)}`);
	}

	/** Nothing broken, or all of it as one 422. */
	done(): void {
		if (Object.keys(this.broken).length > 0) throw invalid(this.broken);
	}
}

/** The query of a call read by the same rules; the last of a repeated name counts. */
export const queryRules = (query: URLSearchParams): Rules => new Rules(Object.fromEntries(query));
