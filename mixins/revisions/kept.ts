/** Sets that change by revisions, over the collection that keeps them. */

import type { Collection } from "../../adapters/collection";
import type { Announced, Meta } from "../../cluster";
import { KeptSet, type Rules, type Told } from "./kept-set";
import { isRevision, type KeptText, type Stored } from "./records";

export class KeptRevisions<T> {
	constructor(
		private readonly kept: Collection<Stored, Announced>,
		private readonly rules: Rules<T>
	) {}

	of(set: string): KeptSet<T> {
		return new KeptSet(this.kept, set, this.rules);
	}

	/** The names of those that were ever changed. */
	async sets(): Promise<string[]> {
		const names: string[] = [];
		for await (const stored of this.kept.each({ number: 1 }, { sort: "set" }))
			if (isRevision(stored)) names.push(stored.set);
		return names;
	}

	/** What is kept beside revisions, under ids that begin so. */
	async *beside(prefix: string): AsyncIterable<KeptText> {
		for await (const { id, text } of this.kept.each({ id: { $gte: prefix, $lt: `${prefix}\uffff` } }))
			if (text !== undefined) yield { id, text };
	}

	async textOf(id: string): Promise<string | undefined> {
		return (await this.kept.get(id))?.text;
	}

	/** In the place of what was kept beside them: no revision changes by it. */
	async rewrite(kept: KeptText): Promise<void> {
		await this.kept.put(kept);
	}

	/** How many a person made. */
	made(account: string): Promise<number> {
		return this.kept.count({ author: authorOf(account) });
	}

	/** Whoever they were is forgotten; what they set, when and why stays: it is the cluster's. @returns how many there were */
	async forget(account: string): Promise<number> {
		let count = 0;
		for await (const stored of this.kept.each({ author: authorOf(account) })) {
			await this.kept.put({ ...stored, author: FORGOTTEN, once: null });
			count++;
		}
		return count;
	}
}

/** The author of what somebody set who was erased. */
const FORGOTTEN = "erased";
const authorOf = (account: string): string => `person:${account}`;

/** What a change says of itself: never who made it, which the call says. */
interface Asked {
	readonly expected: number;
	readonly reason: string;
}
export const told = ({ params, meta }: { readonly params: Asked; readonly meta: Meta }): Told => ({
	expected: params.expected,
	reason: params.reason,
	author: meta.caller?.id ?? null,
	once: meta.once ?? null
});
