/** Headers of the operator's own, for what stands before a panel. */

import { ConnectorError } from "../connector";

/** The characters of a name (RFC 9110 §5.6.2). */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Visible characters of Latin-1, blanks and tabs within. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]+$/;

/** What the requests themselves say, or the connection. */
const OURS = new Map(
	Object.entries({
		authorization: "it carries the panel's own token",
		"proxy-authorization": "the proxy's user name and password belong in 'proxy'",
		...Object.fromEntries(
			["accept", "content-type", "content-length", "content-encoding"].map(name => [name, "it belongs to what is sent"])
		),
		...Object.fromEntries(
			"connection keep-alive proxy-connection transfer-encoding te trailer upgrade expect"
				.split(" ")
				.map(name => [name, "it belongs to the connection"])
		)
	})
);

const wrong = (what: string) => new ConnectorError("refused", `Option headers: ${what}.`);

/** By name in lower case. @throws ConnectorError `refused`, never with a value */
export function readHeaders(given: Readonly<Record<string, string>>): Record<string, string> {
	const headers = new Map<string, string>();
	for (const [name, text] of Object.entries(given)) {
		const key = name.toLowerCase();
		const value = text.trim();
		if (!NAME.test(name))
			throw wrong(`'${name}' is no name of a header: letters, digits and hyphens, without blanks or a colon`);
		const why = OURS.get(key);
		if (why !== undefined) throw wrong(`'${name}' cannot be set, for ${why}`);
		if (headers.has(key)) throw wrong(`'${name}' stands there twice, for names are without case`);
		if (value === "") throw wrong(`'${name}' is empty: give its value, or take it out`);
		if (!VALUE.test(value))
			throw wrong(`the value of '${name}' has a line break, or a character that no header can carry`);
		headers.set(key, value);
	}
	return Object.fromEntries(headers);
}
