/** The old subscription links of the users that were moved, with their new address. */

import type { Link } from "../../../contracts/migration/links";
import type { Intent, Result } from "../../../contracts/migration/records";

/** Of those that have a link on both sides. */
export function linksOf(intents: readonly Intent[], results: readonly Result[]): Omit<Link, "migration">[] {
	return intents.flatMap(({ id, oldLink }, index) => {
		const target = results[index]?.link;
		return oldLink && target ? [{ id, ...oldLink, target }] : [];
	});
}
