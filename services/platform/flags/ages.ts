/** Since when each flag is as it is: found again by its hash, so that what was missed is noted as of the newest revision. */

import type { Collection } from "../../../adapters/collection";
import type { JsonValue } from "../../../contracts/json";
import type { Flag, FlagSet } from "../../../contracts/platform/flag-shapes";
import { digest } from "../../../domain/canonical";
import type { Revised } from "../../../mixins/revisions.mixin";

/** One record for all: it changes where a flag does. */
export interface FlagAges {
	readonly id: typeof ONE;
	readonly flags: Readonly<Record<string, Age>>;
}
interface Age {
	readonly hash: string;
	/** ISO 8601, UTC. */
	readonly since: string;
}
const ONE = "flags";

export class Ages {
	constructor(private readonly kept: Collection<FlagAges>) {}

	/** When each was changed last, by its key. @param now where nobody ever changed one */
	async of({ value, at }: Revised<FlagSet>, now: string): Promise<ReadonlyMap<string, string>> {
		const known = new Map(Object.entries((await this.kept.get(ONE))?.flags ?? {}));
		const aged = Object.entries(value.flags).map(([key, flag]) => [key, ageOf(flag, known.get(key), at ?? now)] as const);
		const isSame = aged.length === known.size && aged.every(([key, { hash }]) => known.get(key)?.hash === hash);
		if (!isSame) await this.kept.put({ id: ONE, flags: Object.fromEntries(aged) });
		return new Map(aged.map(([key, { since }]) => [key, since]));
	}
}

function ageOf(flag: Flag, known: Age | undefined, at: string): Age {
	const hash = digest(flag as unknown as JsonValue);
	return known?.hash === hash ? known : { hash, since: at };
}
