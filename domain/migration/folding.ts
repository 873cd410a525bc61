/**
 * Which names a target takes for one. It is asked, stream by stream, and the answer stored with the plan: a name that
 * another one stands under already can be neither made nor looked up apart from it.
 */

import type { Json } from "../../contracts/json";
import { isOneOf } from "../../contracts/table";
import { own } from "../own";
import { withoutEnd } from "../trim";
import { isFields } from "../unknown";

/** `exact`: none but the same. `case`: A-Z as a-z. `loose`: as MySQL and MariaDB compare texts by default. */
export const FOLDINGS = ["exact", "case", "loose"] as const;
export type Folding = (typeof FOLDINGS)[number];
/** By stream; what is not named is exact. */
export type Naming = Readonly<Record<string, Folding>>;

/** Two names that the target takes for one become one. */
export const fold = (name: string, folding: Folding): string => FOLD[folding](name);

const FOLD: Readonly<Record<Folding, (name: string) => string>> = {
	exact: name => name,
	case: name => name.replace(/[A-Z]/g, letter => letter.toLowerCase()),
	loose
};

/** Of a run that was planned before targets were asked, all names are compared without case, as they were then. */
export function foldingOf(context: Json, stream: string): Folding {
	const { naming } = context;
	if (naming === undefined || naming === null) return "case";
	const told = isFields(naming) ? own(naming, stream) : undefined;
	return isOneOf(FOLDINGS, told) ? told : "exact";
}

/**
 * `utf8mb4_unicode_ci` by the weights that MariaDB 10.11 gives: without case, accents, vowel signs, joiners and what pads
 * the end; digits of all scripts are digits, kana are kana, and all that lies beyond 16 bits (emoji among it) is one sign.
 * Where the two differ, more is taken for one here than there, never less (test/integration/folding.spec.ts).
 */
function loose(name: string): string {
	const folded = name
		.replace(/[\u{10000}-\u{10ffff}]/gu, "\u{10000}")
		.toLowerCase()
		.replace(OWN, letter => String.fromCharCode(PRIVATE + OWN_LETTERS.indexOf(letter)))
		.normalize("NFKD")
		.toLowerCase()
		.normalize("NFKD")
		.replace(/(?!\u00ad)[\0\p{M}\p{Cf}]/gu, "")
		.replace(/\p{Nd}/gu, digit)
		.replace(/[ァ-ヶ]/g, kana => String.fromCharCode(kana.charCodeAt(0) - 0x60))
		.replace(TWINS, letter => TWIN[letter] ?? letter)
		.replace(/\p{Zs}/gu, " ");
	return withoutEnd(folded, " ");
}

/** Letters with a sign that makes them others to the server; it counts them by themselves only as one code point. */
const OWN_LETTERS = "йѓїќўѷӑӓӗӛӝӟӥӧӫӭӱӳӵӹآأؤإئ";
const OWN = new RegExp(`[${OWN_LETTERS}]`, "g");
const PRIVATE = 0xe000;

/** Letters of one weight, beyond what Unicode decomposes. */
const TWIN: Readonly<Record<string, string>> = Object.fromEntries(
	"ßss œoe ςσ ґг ךכ םמ ןנ ףפ ץצ ٴء ۥو ۦي ぁあ ぃい ぅう ぇえ ぉお っつ ゃや ゅゆ ょよ ゎわ ゕか ゖけ 〇0 ʣdz ʦts ʪls ʫlz"
		.split(" ")
		.map(pair => {
			const [letter = "", ...others] = pair;
			return [letter, others.join("")];
		})
);
const TWINS = new RegExp(`[${Object.keys(TWIN).join("")}]`, "g");

/** Digits stand in tens, each beginning with its zero. */
function digit(sign: string): string {
	const at = sign.charCodeAt(0);
	for (let value = 0; value < 9; value++) {
		if (!/\p{Nd}/u.test(String.fromCharCode(at - value - 1))) return String(value);
	}
	return "9";
}
