/** Flags as the API shows them. Pure. */

import type { FlagSet, ShownFlag } from "../../../contracts/platform/flag-shapes";
import { type Age, staleness } from "../../../domain/platform/flags/stale";
import type { Revised } from "../../../mixins/revisions.mixin";

/** By their keys. @param ages when each was changed last */
export const shownIn = (
	{ value, revision }: Revised<FlagSet>,
	ages: ReadonlyMap<string, string>,
	age: Omit<Age, "changedAt">
): ShownFlag[] =>
	Object.entries(value.flags)
		.sort(([one], [other]) => (one < other ? -1 : 1))
		.map(([key, flag]) => {
			const changedAt = ages.get(key) ?? null;
			const stale = staleness(flag, { ...age, changedAt: changedAt === null ? age.now : Date.parse(changedAt) });
			return { key, ...flag, revision, changedAt, stale };
		});

export const staleIn = (shown: readonly ShownFlag[]): number => shown.filter(({ stale }) => stale !== null).length;
