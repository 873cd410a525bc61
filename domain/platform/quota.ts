/** What is finite: so much of it in all, and so much an owner. Pure. */

export interface Shares {
	readonly inAll: number;
	readonly each: number;
}

/** Of settings, which may change. */
export const sharesOf = (inAll: () => number, each: () => number): Shares => ({
	get inAll() {
		return inAll();
	},
	get each() {
		return each();
	}
});

export const endless = (): number => Number.POSITIVE_INFINITY;

/** Which of the two a share would have broken. */
export type Spent = keyof Shares;

export class Quota {
	private taken = 0;
	private readonly owners = new Map<string, number>();

	constructor(private readonly most: Shares) {}

	/** Takes it, or says why not; an owner without anything is not remembered. */
	take(owner: string, amount = 1): Spent | undefined {
		const own = (this.owners.get(owner) ?? 0) + amount;
		if (own > this.most.each) return "each";
		if (this.taken + amount > this.most.inAll) return "inAll";
		this.taken += amount;
		this.owners.set(owner, own);
		return undefined;
	}

	/** Of what was taken. */
	give(owner: string, amount = 1): void {
		const left = (this.owners.get(owner) ?? 0) - amount;
		this.taken -= amount;
		if (left > 0) this.owners.set(owner, left);
		else this.owners.delete(owner);
	}
}
