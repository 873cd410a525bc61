/** What somebody asks with an old link. */

import { createHash } from "node:crypto";
import type { LinkFormat, OldLinks, OldPath } from "../../../domain/migration/old-links";
import type { Asker } from "./asker";
import { pathOf, queryOf } from "./asker";
import type { Request } from "./asking";

export interface Asked {
	readonly old: OldPath;
	readonly format: LinkFormat | undefined;
	/** Of the link's key. */
	readonly digest: Buffer;
	/** The client's parameters. */
	readonly query: string;
	readonly question: Request["question"];
	readonly asker: Asker;
}

/** By the first mapping that knows links of this form; undefined where none does. */
export function askedOf(asker: Asker, mappings: readonly OldLinks[]): Asked | undefined {
	for (const mapping of mappings) {
		const old = mapping.read(pathOf(asker));
		if (old) return asked(asker, old, mapping.format(old.format));
	}
	return undefined;
}

function asked(asker: Asker, old: OldPath, format: LinkFormat | undefined): Asked {
	const { headers } = asker;
	const query = queryOf(asker);
	const digest = createHash("sha256").update(old.key).digest();
	const wanted = {
		conditional: headers["if-none-match"] !== undefined || headers["if-modified-since"] !== undefined,
		// Formats are for programs, whatever they say that they take.
		page: old.format === "" && (headers.accept?.includes("text/html") ?? false),
		query: query !== ""
	};
	const customer = `${old.username}\n${digest.toString("base64")}`;
	return { old, format, digest, query, asker, question: { customer, judge: customer, wanted } };
}
