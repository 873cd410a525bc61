/** The forms that texts of the environment may have: how each is read, and how it is said. */

import { isIP } from "node:net";
import { CONTRACTS } from "../contracts/cluster";
import { readOwnName } from "../domain/platform/own-names";

/** A form of text. */
export interface Form<T> {
	/** The end of a sentence that begins "it must be". */
	readonly must: string;
	/** Undefined where the text is not of the form. */
	readonly read: (text: string) => T | undefined;
}

export const text = (pattern: RegExp, must: string): Form<string> => ({
	must,
	read: value => (pattern.test(value) ? value : undefined)
});

/** Of a file or a folder. */
export const path: Form<string> = text(/./, "a path");

export const address: Form<string> = text(/^[\w.:-]+$/, "a name or an address, as localhost, 127.0.0.1 or ::1");

export const number = (least: number, most: number, unit = ""): Form<number> => ({
	must: `a whole number, ${least} to ${most}${unit && ` ${unit}`}`,
	read: value => (/^\d+$/.test(value) && Number(value) >= least && Number(value) <= most ? Number(value) : undefined)
});

export const oneOf = <const V extends string>(...values: readonly V[]): Form<V> => ({
	must: values.length === 2 ? values.join(" or ") : `one of ${values.join(", ")}`,
	read: value => values.find(each => each === value)
});

/** All of them, separated by commas. */
const list = (must: string, fits: (part: string) => boolean): Form<string[]> => ({
	must: `${must}, separated by commas`,
	read: value => (commas(value).every(fits) ? commas(value) : undefined)
});

const commas = (value: string): string[] =>
	value
		.split(",")
		.map(part => part.trim())
		.filter(part => part !== "");

const NAMES = CONTRACTS.map(({ name }) => name);
/** What a node runs: here a part that is empty is one too many. */
export const services: Form<string[]> = {
	must: `some of ${NAMES.join(", ")}, separated by commas`,
	read: value => {
		const wanted = value.split(",").map(name => name.trim());
		return wanted.every(name => NAMES.includes(name)) ? wanted : undefined;
	}
};

const NETWORK_NAMES = ["loopback", "linklocal", "uniquelocal"];
export const networks = list(
	`addresses and networks, as 10.0.0.0/8, or ${NETWORK_NAMES.join(", ")}`,
	part => NETWORK_NAMES.includes(part) || isNetwork(part)
);
function isNetwork(part: string): boolean {
	const [host = "", bits] = part.split("/");
	const most = { 0: -1, 4: 32, 6: 128 }[isIP(host)] ?? -1;
	return most > 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most));
}

export const origins = list(
	"origins, as https://console.example.com",
	part => URL.canParse(part) && new URL(part).origin === part
);

export const variableNames = list("names of variables, which may end with *, as PANEL_PASSWORD or PANEL_*", part =>
	/^(?:[A-Za-z_]\w*|[A-Za-z_]\w{2,}\*)$/.test(part)
);

export const ownNames = list(
	"names and addresses, as banyan.example.com, *.example.com, [2001:db8::1] or 198.51.100.7:8000",
	part => readOwnName(part) !== undefined
);
