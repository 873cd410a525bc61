/** The old links of those whose records were moved, with their new addresses. */

import type { Broker } from "../../../cluster";
import { settingsOf } from "../../../cluster/settings";
import type { Link } from "../../../contracts/migration/links";
import type { Lines, LinkLine } from "../../../contracts/migration/migration";
import type { Intent, Result, Transformed } from "../../../contracts/migration/records";
import type { FoundLink } from "../../../contracts/migration/verifier";
import { linkAddresses } from "../../../domain/migration/link-addresses";
import type { StreamMapping } from "../../../domain/migration/mapping";
import type { Run, StreamRun } from "../../../domain/migration/run";
import { recordSpec } from "../../../mixins/systems";
import { addressOf } from "./addresses";
import type { RunContext } from "./run-context";
import { streamOf } from "./runs";

/** Of those that have a link on both sides. */
export function linksOf(intents: readonly Intent[], results: readonly Result[]): Omit<Link, "migration">[] {
	return intents.flatMap(({ id, oldLink }, index) => {
		const target = results[index]?.link;
		return oldLink && target ? [{ id, ...oldLink, target }] : [];
	});
}

/** Keeps the links that the target gives now, where it has not revoked the ones before. */
export async function renewLinks(
	{ broker, run }: Pick<RunContext, "broker" | "run">,
	stream: string,
	transformed: readonly Transformed[],
	found: readonly FoundLink[]
): Promise<void> {
	const old = new Map(transformed.flatMap(({ id, oldLink }) => (oldLink ? [[id, oldLink] as const] : [])));
	const asked = found.filter(({ id }) => old.has(id));
	const { links: spec } = recordSpec(broker, run.definition.target, stream);
	if (asked.length === 0 || !spec) return;
	const { name: migration } = run;
	const known = await broker.call("links.of", { migration, ids: asked.map(({ id }) => id) });
	const kept = new Map(known.map(({ id, target }) => [id, target]));
	const links = asked.flatMap(({ id, link, revokedAt }) => {
		const oldLink = old.get(id);
		return oldLink && spec.mayRenew(kept.get(id), revokedAt) ? [{ id, ...oldLink, target: link }] : [];
	});
	if (links.length > 0) await broker.call("links.record", { migration, links });
}

const LINKS_A_PAGE = 500;

/** Neither taken away, nor put back. */
const stays =
	({ removed, undo }: StreamRun) =>
	(id: string): boolean =>
		!removed.has(id) && (!undo.ids.has(id) || undo.left.has(id));

/**
 * One page of the source's records that are at the target by now and have a link, with the path that is stored for each: for
 * that the source is read, which must still be up, because of the keys only digests are kept.
 */
export async function linkLines(
	broker: Broker,
	run: Pick<Run, "name" | "definition" | "phase" | "streams">,
	[stream, { oldPath }]: readonly [string, Pick<StreamMapping<never>, "oldPath">],
	cursor: string | null
): Promise<Lines<LinkLine>> {
	// From then on the source answers for everybody, as it does at the gateway.
	if (run.phase === "rolled-back") return { lines: [], next: null };
	const { name, definition } = run;
	const { source: connection } = definition;
	const page = await broker.call("extractor.page", { connection, stream, cursor, limit: LINKS_A_PAGE });
	const paths = new Map(page.records.map(({ id, data }) => [id, oldPath?.(data)]));
	const ids = [...paths.keys()].filter(stays(streamOf(run, stream)));
	const moved = await broker.call("links.of", { migration: name, ids });
	const base = addressOf(definition.target, settingsOf(broker).environment);
	const lines = moved.flatMap(({ id, username, target }): LinkLine[] => {
		const path = paths.get(id);
		return path === undefined ? [] : [{ username, path, target: whole(target, base) }];
	});
	return { lines, next: page.next };
}

/** A link from the system's root on stands behind the prefix that the definition has. */
const whole = (link: string, base: string | null): string =>
	URL.canParse(link) ? link : (linkAddresses(link, base, { query: "" })[0]?.address ?? link);
