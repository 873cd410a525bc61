/**
 * Passwords that everybody tries first: those of a published list (the passwords of zxcvbn, MIT) that are long enough to be taken here, 17,000
 * where ASVS 6.2.4 asks for 3,000. Read when it is first asked for.
 */

import { readFileSync } from "node:fs";

const LIST = "@zxcvbn-ts/language-common/src/passwords.json";
/** Shorter ones are refused anyway. */
const LEAST_LETTERS = 8;

let common: ReadonlySet<string> | undefined;

/** Written otherwise it is as common. */
export function isCommon(password: string): boolean {
	common ??= read();
	return common.has(password.normalize("NFKC").toLowerCase());
}

function read(): ReadonlySet<string> {
	const all: readonly string[] = JSON.parse(readFileSync(require.resolve(LIST), "utf8"));
	return new Set(all.filter(({ length }) => length >= LEAST_LETTERS));
}
