/**
 * The names that are taken, held small: 8 bytes of digest each, in one table. Two names of one digest would be taken for
 * one (one chance in 9,000 among a million names): the second would wait for a human, never be written over the first.
 */

import { hash } from "node:crypto";

/** A NameSet as it is kept. */
export interface NameParts {
	readonly table: Float64Array<ArrayBuffer>;
	readonly count: number;
}

export class NameSet {
	private table = new Float64Array(1024);
	private count = 0;

	/** One of its own. */
	static from({ table, count }: NameParts): NameSet {
		const set = new NameSet();
		set.table = table.slice();
		set.count = count;
		return set;
	}

	/** As it is now; they change with it. */
	parts(): NameParts {
		const { table, count } = this;
		return { table, count };
	}

	get bytes(): number {
		return this.table.byteLength;
	}

	get size(): number {
		return this.count;
	}

	has(name: string): boolean {
		return this.table[this.slot(digestOf(name))] !== 0;
	}

	add(name: string): void {
		const digest = digestOf(name);
		const slot = this.slot(digest);
		if (this.table[slot] !== 0) return;
		this.table[slot] = digest;
		// At most half full: a look meets few others.
		if (++this.count * 2 > this.table.length) this.grow();
	}

	/** Two names of one digest are one here: with the first the other is free too, and the target decides. */
	delete(name: string): void {
		let free = this.slot(digestOf(name));
		if (this.table[free] === 0) return;
		this.count--;
		this.table[free] = 0;
		const last = this.table.length - 1;
		const after = (slot: number): number => (slot === last ? 0 : slot + 1);
		// Whatever was put off by it moves up, or it would not be found any more.
		for (let slot = after(free); this.table[slot] !== 0; slot = after(slot)) {
			const digest = this.table[slot] ?? 0;
			this.table[slot] = 0;
			free = this.slot(digest);
			this.table[free] = digest;
		}
	}

	/** Where the digest is, or the free place where it would be. */
	private slot(digest: number): number {
		const last = this.table.length - 1;
		let slot = digest % this.table.length;
		while (this.table[slot] !== 0 && this.table[slot] !== digest) slot = slot === last ? 0 : slot + 1;
		return slot;
	}

	private grow(): void {
		const before = this.table;
		this.table = new Float64Array(before.length * 2);
		for (const digest of before) if (digest !== 0) this.table[this.slot(digest)] = digest;
	}
}

/** 52 bits of SHA-256, never 0. */
function digestOf(name: string): number {
	const bytes = hash("sha256", name, "buffer");
	return bytes.readUIntBE(0, 6) * 16 + (bytes.readUInt8(6) >> 4) + 1;
}
