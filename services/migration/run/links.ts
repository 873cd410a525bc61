/** The old subscription links of the users that were moved, with their new address. */

import type { Broker } from "../../../cluster";
import type { Link } from "../../../contracts/migration/links";
import type { Lines, LinkLine } from "../../../contracts/migration/migration";
import type { Intent, Result } from "../../../contracts/migration/records";

import type { StreamMapping } from "../../../domain/migration/mapping";
import type { Run } from "../../../domain/migration/run";

/** Of those that have a link on both sides. */
export function linksOf(intents: readonly Intent[], results: readonly Result[]): Omit<Link, "migration">[] {
	return intents.flatMap(({ id, oldLink }, index) => {
		const target = results[index]?.link;
		return oldLink && target ? [{ id, ...oldLink, target }] : [];
	});
}

const LINKS_A_PAGE = 500;

/**
 * One page of the source's users who were moved, with the path each has stored: for that the source is read, which must
 * still be up, because of the keys only digests are kept.
 */
export async function linkLines(
	broker: Broker,
	{ name, definition }: Pick<Run, "name" | "definition">,
	[stream, { oldPath }]: readonly [string, Pick<StreamMapping<never>, "oldPath">],
	cursor: string | null
): Promise<Lines<LinkLine>> {
	const { source: connection } = definition;
	const page = await broker.call("extractor.page", { connection, stream, cursor, limit: LINKS_A_PAGE });
	const paths = new Map(page.records.map(({ id, data }) => [id, oldPath?.(data)]));
	const moved = await broker.call("links.of", { migration: name, ids: [...paths.keys()] });
	const lines = moved.flatMap(({ id, username, target }): LinkLine[] => {
		const path = paths.get(id);
		return path === undefined ? [] : [{ username, path, target }];
	});
	return { lines, next: page.next };
}
