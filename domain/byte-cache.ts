/** Values that cost work to make, as many as fit into so many bytes: the longest unused go. Pure. */

interface Kept<T> {
	readonly value: T;
	readonly bytes: number;
}

export class ByteCache<T> {
	/** The longest unused first. */
	private readonly kept = new Map<string, Kept<T>>();
	private bytes = 0;

	constructor(private readonly most: number) {}

	/** In bytes. */
	get size(): number {
		return this.bytes;
	}

	get(key: string): T | undefined {
		const found = this.kept.get(key);
		if (!found) return undefined;
		this.kept.delete(key);
		this.kept.set(key, found);
		return found.value;
	}

	/** One that alone is too large is kept until the next one comes. */
	set(key: string, value: T, bytes: number): void {
		this.delete(key);
		this.kept.set(key, { value, bytes });
		this.bytes += bytes;
		for (const [other] of this.kept) {
			if (this.bytes <= this.most || other === key) return;
			this.delete(other);
		}
	}

	delete(key: string): void {
		const found = this.kept.get(key);
		if (!found) return;
		this.kept.delete(key);
		this.bytes -= found.bytes;
	}
}
