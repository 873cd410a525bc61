/**
 * Who answers for an old link, where several migrations may have had its customer: a rehearsal, then the real one. The
 * latest that holds the customer wins (L33). Pure.
 */

import type { Link } from "../../contracts/migration/links";
import type { Ends, Phase, WayOptions } from "../../contracts/migration/migration";

export interface Holder {
	readonly link: Link;
	readonly ends: Ends;
	/** The target's no is the last word: the source has given this customer away. */
	readonly final: boolean;
}

/** The smaller goes first; what is not named holds nobody. */
const RANKS: Partial<Record<Phase, number>> = {
	copying: 0,
	comparing: 0,
	finished: 0,
	cancelled: 1,
	"rolling-back": 2
};

const rankOf = ({ phase }: Ends): number => RANKS[phase] ?? Number.POSITIVE_INFINITY;
const isLive = (ends: Ends): boolean => rankOf(ends) === 0;

/** The later began first; what never began comes last. Names keep the order from being a matter of chance. */
const later = (left: Ends, right: Ends): number =>
	compare(right.startedAt ?? "", left.startedAt ?? "") || compare(left.name, right.name);
const compare = (left: string, right: string): number => Number(left > right) - Number(left < right);

/** Those that may answer, the one that decides first. @param links of one customer */
export function holdersOf(links: readonly Link[], all: readonly Ends[]): Holder[] {
	const byName = new Map(all.map(ends => [ends.name, ends]));
	return links
		.flatMap(link => {
			const ends = byName.get(link.migration);
			return ends && Number.isFinite(rankOf(ends))
				? [{ link, ends, final: isLive(ends) && !isSuperseded(ends, all) }]
				: [];
		})
		.sort((left, right) => rankOf(left.ends) - rankOf(right.ends) || later(left.ends, right.ends));
}

/** A later one takes the same source elsewhere: a customer whom it has not moved yet is the source's again. */
const isSuperseded = (ends: Ends, all: readonly Ends[]): boolean =>
	all.some(
		other =>
			isLive(other) &&
			other.source === ends.source &&
			other.target !== ends.target &&
			compare(other.startedAt ?? "", ends.startedAt ?? "") > 0
	);

export interface LinkSource {
	/** Null where its address is not known here. */
	readonly address: string | null;
	/** Of the latest migration that names it. */
	readonly way: WayOptions;
	/** While it is away, nobody knows whether a link is good. */
	readonly matters: boolean;
}

/** The sources that may know a link, each once, those of the latest migration first. */
export function linkSourcesOf(all: readonly Ends[]): LinkSource[] {
	const sources = Map.groupBy([...all].sort(later), ({ source }) => source);
	return [...sources].map(([address, [latest, ...others]]) => ({
		address,
		way: latest?.ways.source ?? {},
		matters: [latest, ...others].some(ends => ends !== undefined && needs(ends))
	}));
}

/** After a migration its source may be off; what a preflight refused may never have had one. */
const needs = ({ phase, ok }: Ends): boolean => phase !== "finished" && (phase !== "planned" || ok);
