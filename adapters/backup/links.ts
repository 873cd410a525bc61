/** Links as lines of a backup. */

import type { StoredLink } from "../linkstore/linkstore";
import type { LinkLine } from "./format";

/** Of these lines. */
export async function* linksIn(lines: AsyncIterable<unknown>): AsyncGenerator<StoredLink> {
	for await (const line of lines) {
		const [migration, id, username, keyDigest, target] = line as LinkLine;
		yield { migration, id, username, keyDigest, target };
	}
}
