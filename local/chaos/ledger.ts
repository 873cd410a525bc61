/**
 * What the cluster has said to have done, kept by whoever asked for it, and held against what is there in the end. A key of
 * a name that nobody else uses is an effect; made twice, it is there twice. Pure but for its own lists.
 */

/** What became of a thing that was asked for. */
interface Asked {
	/** It was said to be there. */
	made: boolean;
	/** It was said to be gone again. */
	gone: boolean;
	/** Its removal was asked for: whether it is there, nobody has said. */
	leaving: boolean;
	/** Without a key to ask again by, and without an answer: it may be there or not. */
	unknown: boolean;
}

export interface Judged {
	/** Said to be there, and is not; said to be gone, and is there. */
	readonly lost: readonly string[];
	/** There more than once. */
	readonly twice: readonly string[];
	/** Of those that ended unknown, how many there are, and how many of them are there. */
	readonly unknown: { readonly all: number; readonly there: number };
}

export class Ledger {
	readonly #asked = new Map<string, Asked>();

	#of(name: string): Asked {
		const known = this.#asked.get(name) ?? { made: false, gone: false, leaving: false, unknown: false };
		this.#asked.set(name, known);
		return known;
	}

	made(name: string): void {
		this.#of(name).made = true;
	}

	leaving(name: string): void {
		this.#of(name).leaving = true;
	}

	gone(name: string): void {
		this.#of(name).gone = true;
	}

	unknown(name: string): void {
		this.#of(name).unknown = true;
	}

	get size(): number {
		return this.#asked.size;
	}

	/** @param there the names of all that are there now, as often as they are */
	judge(there: readonly string[]): Judged {
		const counts = new Map<string, number>();
		for (const name of there) counts.set(name, (counts.get(name) ?? 0) + 1);
		const all = [...this.#asked].map(([name, asked]) => ({ name, ...asked, times: counts.get(name) ?? 0 }));
		const unknown = all.filter(each => each.unknown && !each.made);
		return {
			lost: all.filter(isLost).map(({ name }) => name),
			twice: all.filter(({ times }) => times > 1).map(({ name }) => name),
			unknown: { all: unknown.length, there: unknown.filter(({ times }) => times > 0).length }
		};
	}
}

const isLost = ({ made, gone, leaving, times }: Asked & { readonly times: number }): boolean =>
	gone ? times > 0 : made && !leaving && times === 0;
