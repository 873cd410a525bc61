/**
 * What a user is called at Marzban. A name of a-z, 0-9 and _ crosses unchanged. Any other is made anew from the name
 * and the id of its row: what ASCII can say of it, a dash, and the id in base 36 (`ünïcödé_user`, 13 → `unicode_user-d`).
 *
 * Such a name is nobody else's: the id tells two made names apart, and the dash every made name from every kept one,
 * since Marzneshin's names cannot have a dash (Marzban's can). All of it is lower-case, so folding case changes nothing.
 */

import type { Json } from "../../../contracts/json";
import { withoutEnds } from "../../trim";
import type { Converter } from "../mapping";
import type { Context } from "./context";
import { oldLinkOf } from "./links";
import { lost, refuse, text } from "./values";

const KEPT = /^[a-zA-Z0-9_]{3,32}$/;
const ID = /^\d{1,19}$/;
const LONGEST = 32;
/** Marzban wants three letters before the first dash. */
const SHORTEST = 3;

export const name: Converter<Context> = (data, context) => {
	const shown = text(data.username);
	const refused = !KEPT.test(shown);
	const id = String(data.id);
	if (refused && (context.refusedNames === "quarantine" || !ID.test(id)))
		return refuse("name_refused", "username", data.username, "Marzban takes 3 to 32 of a-z, 0-9 and _ as a name.");
	const why = refused ? "Marzban takes a-z, 0-9 and _ alone" : whyAmbiguous(data, context);
	if (why === null) return { value: shown };
	const value = madeName(shown, id);
	return { value, losses: [lost("renamed", "username", "act", `'${shown}' is '${value}' at the target: ${why}.`)] };
};

/**
 * Rows that import scripts left with capitals are shown in small letters, so two rows can show one name. Then the row
 * that truly has the name keeps it, and the row with capitals is renamed. Its customer does not notice: the old link is
 * told by its true spelling, the credentials by the key. Alone, such a row keeps the name shown, which is the one its
 * operator knows. Twins that the source did not tell of are left to the claim: the second one waits for a human.
 */
function whyAmbiguous(data: Json, { refusedNames, sharedNames }: Context): string | null {
	const shown = text(data.username);
	const spelt = oldLinkOf(text(data.subscription_url))?.username ?? shown;
	const hasCapitals = spelt !== shown && spelt.toLowerCase() === shown.toLowerCase();
	if (refusedNames !== "rename" || !hasCapitals || !sharedNames.includes(shown)) return null;
	return `its true spelling is '${spelt}', and another row is '${shown}'`;
}

function madeName(shown: string, id: string): string {
	const plain = shown
		.normalize("NFKD")
		.toLowerCase()
		.replace(/[^a-z0-9_]/g, "");
	const ascii = withoutEnds(plain, "_");
	const stem = ascii.length >= SHORTEST ? ascii : `user_${ascii}`.replace(/_$/, "");
	const suffix = `-${BigInt(id).toString(36)}`;
	return `${stem.slice(0, LONGEST - suffix.length)}${suffix}`;
}
