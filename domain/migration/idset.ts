/** The ids of a listing, held small: a bit each for whole numbers up to 2^26 (8 MB), a set for all else. Grows only. */

const BITMAP_LIMIT = 2 ** 26;

/** An IdSet as it is kept. */
export interface IdParts {
	readonly bits: Uint32Array<ArrayBuffer>;
	readonly others: ReadonlySet<string>;
	readonly count: number;
}

export class IdSet {
	private bits = new Uint32Array(1024);
	private readonly others = new Set<string>();
	private count = 0;

	/** One of its own. */
	static from({ bits, others, count }: IdParts): IdSet {
		const set = new IdSet();
		set.bits = bits.slice();
		for (const id of others) set.others.add(id);
		set.count = count;
		return set;
	}

	/** As it is now; they change with it. */
	parts(): IdParts {
		const { bits, others, count } = this;
		return { bits, others, count };
	}

	/** About how much memory it takes. */
	get bytes(): number {
		return this.bits.byteLength + this.others.size * 64;
	}

	get size(): number {
		return this.count;
	}

	/** False when the id was there already. */
	add(id: string): boolean {
		if (this.has(id)) return false;
		this.count++;
		const number = small(id);
		if (number === undefined) this.others.add(id);
		else this.setBit(number);
		return true;
	}

	has(id: string): boolean {
		const number = small(id);
		if (number === undefined) return this.others.has(id);
		return (((this.bits[number >>> 5] ?? 0) >>> (number & 31)) & 1) === 1;
	}

	delete(id: string): void {
		if (!this.has(id)) return;
		this.count--;
		const number = small(id);
		if (number === undefined) this.others.delete(id);
		else this.bits[number >>> 5] = (this.bits[number >>> 5] ?? 0) & ~(1 << (number & 31));
	}

	/** Do both hold the same ids? */
	equals(other: IdSet): boolean {
		if (this.count !== other.count) return false;
		for (const id of this.others) if (!other.others.has(id)) return false;
		const words = Math.max(this.bits.length, other.bits.length);
		for (let word = 0; word < words; word++) if ((this.bits[word] ?? 0) !== (other.bits[word] ?? 0)) return false;
		return true;
	}

	/** All of them, in no order. */
	all(): Generator<string> {
		return this.without(NONE);
	}

	/** Those that are no small whole numbers. */
	unnumbered(): Iterable<string> {
		return this.others;
	}

	/** The ids that `other` does not hold. */
	*without(other: IdSet): Generator<string> {
		for (const id of this.others) if (!other.others.has(id)) yield id;
		for (let word = 0; word < this.bits.length; word++) {
			let rest = (this.bits[word] ?? 0) & ~(other.bits[word] ?? 0);
			for (; rest !== 0; rest &= rest - 1) yield String(word * 32 + (31 - Math.clz32(rest & -rest)));
		}
	}

	private setBit(number: number): void {
		const word = number >>> 5;
		if (word >= this.bits.length) {
			const grown = new Uint32Array(Math.max(word + 1, this.bits.length * 2));
			grown.set(this.bits);
			this.bits = grown;
		}
		this.bits[word] = ((this.bits[word] ?? 0) | (1 << (number & 31))) >>> 0;
	}
}

const NONE = new IdSet();

/** The id as a whole number that has only one spelling, if it is one. */
function small(id: string): number | undefined {
	const number = Number(id);
	return Number.isInteger(number) && number >= 0 && number < BITMAP_LIMIT && String(number) === id ? number : undefined;
}
