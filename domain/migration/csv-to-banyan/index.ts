/** The mapping from a file of accounts to a Banyan's own. */

import type { Json } from "../../../contracts/json";
import { listIn } from "../../../contracts/json";
import type { Finding } from "../../../contracts/migration/connection";
import { refused, warning } from "../finding";
import type { Facts, Mapping, MappingEntry } from "../mapping";
import { accounts, type Context } from "./accounts";
import { rulesOf } from "./definition";
import { spec } from "./spec";

const mapping: Mapping<Context> = {
	...spec,
	streams: { accounts },
	contextOf: (source, _target, definition) => {
		const { columns, unknownHashes, unsaltedHashes, inactive } = rulesOf(definition);
		const later = listIn(source.later).map(String);
		return { columns, hash: String(source.hash ?? ""), later, unknownHashes, unsaltedHashes, inactive };
	},
	findings: ({ columns }, source) => [
		...missing(columns.email, source),
		...uncompared(columns.email, source),
		...hashless(source)
	],
	rules: [],
	violation: () => undefined
};

function missing(email: string, { columns }: Facts): Finding[] {
	const names = listIn(columns ?? null);
	if (columns === null || names.includes(email)) return [];
	return [refused("no-column", `The file has no column '${email}': name the one of addresses in rules.columns.email.`)];
}

/** Addresses that come twice are known of the column that the source counts. */
const uncompared = (email: string, { unique }: Facts): Finding[] =>
	unique === email
		? []
		: [refused("unique-column", `Name the column of addresses in the source's option unique, too: '${email}'.`)];

const hashless = ({ hash }: Facts): Finding[] =>
	hash === ""
		? [warning("no-hashes", "No column of hashes is named (source.hash): everybody has to choose a new password.")]
		: [];

export const csvToBanyan: MappingEntry = { spec, load: async () => mapping as unknown as Mapping<Json> };
