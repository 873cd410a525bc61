/**
 * JSON from outside: parsed only when it is known to be small enough, in time that grows with its length alone. A parser
 * takes what two readers could read differently: a field that stands twice, one that would set a prototype. Pure.
 */

export interface JsonBounds {
	/** Lists and objects within each other. */
	readonly depth: number;
	/** Members of objects and items of lists, all of them. */
	readonly values: number;
}

/** A text that is not taken, and why. */
export class JsonRefused extends Error {
	override readonly name = "JsonRefused";
}

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** @throws JsonRefused */
export function parseJson(bytes: Uint8Array, bounds: JsonBounds): unknown {
	const members = membersIn(bytes, bounds);
	const value = parsed(textOf(bytes));
	if (membersOf(value) !== members) throw new JsonRefused("A field of the body stands twice in one object.");
	return value;
}

/** @throws JsonRefused where it is no UTF-8 */
export function textOf(bytes: Uint8Array): string {
	try {
		return UTF8.decode(bytes);
	} catch {
		throw new JsonRefused("The body is not UTF-8.");
	}
}
const UTF8 = new TextDecoder("utf-8", { fatal: true });

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		throw new JsonRefused("The body is not JSON.");
	}
}

/** The members of all objects as the text has them; whether it is JSON its parser will say. */
function membersIn(bytes: Uint8Array, { depth: deepest, values: most }: JsonBounds): number {
	let [depth, values, members] = [0, 1, 0];
	for (let at = 0; at < bytes.length; at++) {
		switch (bytes[at]) {
			case QUOTE:
				at = endOfText(bytes, at);
				break;
			case OPEN_LIST:
			case OPEN_OBJECT:
				values++;
				if (++depth > deepest) throw new JsonRefused(`The body has more than ${deepest} levels.`);
				break;
			case CLOSE_LIST:
			case CLOSE_OBJECT:
				depth--;
				break;
			case COLON:
				members++;
				break;
			case COMMA:
				values++;
		}
		if (values > most) throw new JsonRefused(`The body has more than ${most} values.`);
	}
	return members;
}

/** Where its closing quote stands, or the end. */
function endOfText(bytes: Uint8Array, quote: number): number {
	let at = quote + 1;
	while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
	return at;
}

/** The members of all objects of a value. @throws JsonRefused where one is called `__proto__` */
function membersOf(value: unknown): number {
	const waiting = [value];
	let members = 0;
	for (let next = waiting.pop(); waiting.length > 0 || next !== undefined; next = waiting.pop()) {
		if (next === null || typeof next !== "object") continue;
		if (!Array.isArray(next)) members += namesOf(next);
		for (const within of Object.values(next)) waiting.push(within);
	}
	return members;
}

function namesOf(object: object): number {
	if (Object.hasOwn(object, "__proto__")) throw new JsonRefused("'__proto__' can be no field of the body.");
	return Object.keys(object).length;
}
