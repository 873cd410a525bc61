/** A customer's old subscription link, as their client has it stored. */

import { createHash } from "node:crypto";
import type { OldLink } from "../../../contracts/migration/records";

/** The link in an address `…/sub/<username>/<key>`: the name as the link spells it, and a digest of the key. */
export function oldLinkOf(address: string): OldLink | undefined {
	const [, username, key] = /\/sub\/([^/]+)\/([^/?]+)$/.exec(address) ?? [];
	if (username === undefined || key === undefined) return undefined;
	const keyDigest = createHash("sha256").update(decodeURIComponent(key)).digest("hex");
	return { username: decodeURIComponent(username), keyDigest };
}

/** Its path, percent-encoded as the link has it, whatever prefix its owner set. */
export const oldPathOf = (address: string): string | undefined => /\/sub\/[^/]+\/[^/?]+$/.exec(address)?.[0];
