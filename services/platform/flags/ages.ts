/** Since when each flag is as it is: found again by its hash, so that what was missed is noted as of the newest revision. */

import type { JsonValue } from "../../../contracts/json";
import type { Flag, FlagSet } from "../../../contracts/platform/flag-shapes";
import { digest } from "../../../domain/canonical";
import type { KeptRevisions, Revised } from "../../../mixins/revisions.mixin";

interface Age {
	readonly hash: string;
	/** ISO 8601, UTC. */
	readonly since: string;
}
/** Kept beside the revisions, once for all flags. */
const AGES = "ages";

export class Ages {
	constructor(private readonly revisions: KeptRevisions<FlagSet>) {}

	/** When each was changed last, by its key. */
	async of({ value, at }: Revised<FlagSet>): Promise<ReadonlyMap<string, string>> {
		const known = new Map(Object.entries(await this.known()));
		const flags = Object.entries(value.flags);
		const aged = flags.map(([key, flag]) => [key, ageOf(flag, known.get(key), at ?? "")] as const);
		const isSame = aged.length === known.size && aged.every(([key, { hash }]) => known.get(key)?.hash === hash);
		if (!isSame) await this.revisions.rewrite({ id: AGES, text: JSON.stringify(Object.fromEntries(aged)) });
		return new Map(aged.map(([key, { since }]) => [key, since]));
	}

	private async known(): Promise<Record<string, Age>> {
		const text = await this.revisions.textOf(AGES);
		return text === undefined ? {} : JSON.parse(text);
	}
}

function ageOf(flag: Flag, known: Age | undefined, since: string): Age {
	const hash = digest(flag as unknown as JsonValue);
	return known?.hash === hash ? known : { hash, since };
}
