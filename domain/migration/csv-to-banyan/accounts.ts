/** Rows of a file as accounts. */

import type { Json, JsonValue } from "../../../contracts/json";
import type { Loss } from "../../../contracts/migration/records";
import type { FieldMapping } from "../../../contracts/migration/transformer";
import { own } from "../../own";
import { canonicalEmail } from "../../text/email";
import type { Converted, Converter, StreamMapping } from "../mapping";
import { momentIn } from "../moments";
import type { Rules } from "./definition";
import type { losses } from "./losses";

export interface Context {
	readonly columns: Rules["columns"];
	/** The column of hashes; empty: none. */
	readonly hash: string;
	/** Ids of rows whose address an earlier row has. */
	readonly later: readonly string[];
	readonly unknownHashes: Rules["unknownHashes"];
	readonly unsaltedHashes: Rules["unsaltedHashes"];
	readonly inactive: Rules["inactive"];
}

type Code = keyof typeof losses;

const row = (to: string, convert = to): FieldMapping => ({ to, from: [to], convert });

const rows: readonly FieldMapping[] = [
	row("email"),
	row("name"),
	row("verified"),
	row("state"),
	row("createdAt"),
	row("password")
];

const lost = (code: Code, field: string, severity: Loss["severity"], reason: string): Loss => ({
	code,
	field,
	severity,
	reason
});
const held = (category: Code, field: string, reason: string): Converted => ({
	quarantine: { category, field, value: "", reason }
});

const textIn = (data: Json, column: string): string => {
	const value = own(data, column) ?? "";
	return typeof value === "object" ? "" : String(value).trim();
};

const email: Converter<Context> = (data, { columns, later }) => {
	const address = canonicalEmail(textIn(data, columns.email));
	if (address === undefined) return held("email_invalid", columns.email, "It holds no address of e-mail.");
	const reason = "An earlier row of the file has the same address.";
	return isLater(later, data) ? held("email_twice", columns.email, reason) : { value: address };
};

const isLater = (later: readonly string[], { [IDENTITY]: id }: Json): boolean =>
	typeof id === "string" && setOf(later).has(id);

/** Of a list that a batch of records is held against. */
function setOf(list: readonly string[]): ReadonlySet<string> {
	const known = sets.get(list) ?? new Set(list);
	sets.set(list, known);
	return known;
}
const sets = new WeakMap<readonly string[], ReadonlySet<string>>();

const LONGEST_NAME = 200;

const name: Converter<Context> = (data, { columns }) => {
	const text = textIn(data, columns.name).normalize("NFC");
	if (text.length <= LONGEST_NAME) return { value: text === "" ? null : text };
	const reason = `Of ${text.length} characters ${LONGEST_NAME} are kept.`;
	return {
		value: text.slice(0, LONGEST_NAME).toWellFormed(),
		losses: [lost("name_cut", columns.name, "info", reason)]
	};
};

const YES = /^(?:true|t|yes|y|on|1|active|enabled|confirmed|verified)$/i;
const NO = /^(?:false|f|no|n|off|0|inactive|disabled|banned|suspended|unconfirmed)$/i;

/** A time that something was done at says that it was; nothing says that it was not. */
function isSaid(value: JsonValue | undefined): boolean | undefined {
	const text = String(value ?? "").trim();
	if (YES.test(text)) return true;
	if (text === "" || NO.test(text)) return false;
	return momentIn(text) === undefined ? undefined : true;
}

const verified: Converter<Context> = (data, { columns }) => ({ value: isSaid(own(data, columns.verified)) ?? false });

const state: Converter<Context> = (data, { columns, inactive }) => {
	const said = own(data, columns.active);
	if (said === undefined || said === null || said === "" || isSaid(said) === true) return { value: "active" };
	if (inactive === "leave") return held("inactive_left", columns.active, "They may not come in at the source.");
	return { value: "disabled" };
};

const createdAt: Converter<Context> = (data, { columns }) => {
	if (own(data, columns.createdAt) === undefined) return { value: null };
	const time = momentIn(textIn(data, columns.createdAt));
	if (time !== undefined) return { value: time };
	return { value: null, losses: [lost("created_unknown", columns.createdAt, "info", "It holds no time.")] };
};

/** As the source tells it beside a digest: see connectors/csv. */
const HASH_FORM = "hash form";
const IDENTITY = "identity";

const UNUSABLE: Readonly<
	Record<string, readonly [code: Code, rule: "unknownHashes" | "unsaltedHashes", says: string]>
> = {
	unknown: ["hash_unknown", "unknownHashes", "Its hash is of no form that is known."],
	unsalted: ["hash_unsalted", "unsaltedHashes", "Its hash has no salt."],
	"too-dear": ["hash_too_dear", "unknownHashes", "Its hash costs more to check than is spent."]
};

const password: Converter<Context> = (data, context) => {
	const { hash } = context;
	if (hash === "") return { value: null };
	const digest = own(data, hash) ?? null;
	if (digest === null) return { value: null, losses: [lost("no_hash", hash, "info", "There is none.")] };
	const [code, rule, says] = own(UNUSABLE, String(own(data, HASH_FORM))) ?? [];
	if (code === undefined || rule === undefined || says === undefined || context[rule] === "take")
		return { value: digest };
	if (context[rule] === "leave") return held("hash_left", hash, says);
	return { value: null, losses: [lost(code, hash, "degraded", says)] };
};

/** Is its hash sent? */
const keepsSecrets = (data: Json, context: Context): boolean =>
	typeof password(data, context, row("password")).value === "string";

export const accounts: StreamMapping<Context> = {
	rows: [row("id"), ...rows],
	nameField: "id",
	converters: {
		id: data => ({ value: own(data, IDENTITY) ?? null }),
		email,
		name,
		verified,
		state,
		createdAt,
		password
	},
	keepsSecrets
};
