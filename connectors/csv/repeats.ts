/** Finds values that come more than once among millions, in eight bytes each: first who may, then who does. */

import { createHash } from "node:crypto";

const SHORT = 6;
/** 48 bits, which a number holds: of ten million values hardly a pair is taken for equal, and that is looked at again. */
const shortHash = (text: string): number => createHash("sha1").update(text).digest().readUIntBE(0, SHORT);

const FIRST_SIZE = 1024;

export class Seen {
	private hashes = new Float64Array(FIRST_SIZE);
	private count = 0;

	add(text: string): void {
		if (this.count === this.hashes.length) {
			const larger = new Float64Array(this.count * 2);
			larger.set(this.hashes);
			this.hashes = larger;
		}
		this.hashes[this.count++] = shortHash(text);
	}

	/** Of those that may be there more than once. */
	suspects(): Suspects {
		const sorted = this.hashes.subarray(0, this.count).sort();
		const found = new Set<number>();
		sorted.forEach((hash, index) => {
			if (index > 0 && sorted[index - 1] === hash) found.add(hash);
		});
		return { size: found.size, has: text => found.has(shortHash(text)) };
	}
}

export interface Suspects {
	readonly size: number;
	has(text: string): boolean;
}

/** A row that has a value. */
export interface Holder {
	readonly line: number;
	readonly id: string;
}

/** Of values that may be there more than once, who has them. */
export class Repeats {
	private readonly holders = new Map<string, Holder[]>();

	constructor(private readonly suspects: Suspects) {}

	add(text: string, holder: Holder): void {
		if (!this.suspects.has(text)) return;
		const known = this.holders.get(text);
		if (known) known.push(holder);
		else this.holders.set(text, [holder]);
	}

	/** Those who share a value, for each that several have. */
	get groups(): Holder[][] {
		return [...this.holders.values()].filter(({ length }) => length > 1);
	}

	/** The first line of one that is there more than once. */
	first(text: string): number | undefined {
		const holders = this.holders.get(text);
		return holders && holders.length > 1 ? holders[0]?.line : undefined;
	}
}
