/** `OTEL_EXPORTER_OTLP_HEADERS`: a list as in W3C Baggage, without properties. Pure. */

export const HEADERS_FORM = "name=value, separated by commas, with what is special in a value as %20 and the like";

/** RFC 9110 §5.6.2, and what a value may hold that no line ends. */
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const VALUE = /^[\x20-\x7e]+$/;

/** Undefined where it is none. */
export function readHeaders(text: string): Readonly<Record<string, string>> | undefined {
	const pairs = text
		.split(",")
		.map(part => part.trim())
		.filter(part => part !== "")
		.map(pairIn);
	return pairs.length > 0 && pairs.every(pair => pair !== undefined) ? Object.fromEntries(pairs) : undefined;
}

function pairIn(part: string): readonly [name: string, value: string] | undefined {
	const at = part.indexOf("=");
	const [name, value] = [part.slice(0, Math.max(0, at)).trim(), decoded(part.slice(at + 1).trim())];
	return NAME.test(name) && value !== undefined && VALUE.test(value) ? [name, value] : undefined;
}

function decoded(text: string): string | undefined {
	try {
		return decodeURIComponent(text);
	} catch {
		return undefined;
	}
}
