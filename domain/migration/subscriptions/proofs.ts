/**
 * Links that a panel answered for lately: their owners do not guess. Who has many good links, or one that is spelt in many
 * ways, forgets their own for them, never everybody's. Pure.
 */

export class Proofs {
	/** By link, the network that it was proven from; the one asked for longest ago first. */
	private readonly proven = new Map<string, string>();
	private readonly byNetwork = new Map<string, Set<string>>();

	/** @param ofOne of them from one network */
	constructor(
		private readonly most: number,
		private readonly ofOne: number
	) {}

	has(link: string): boolean {
		const network = this.proven.get(link);
		if (network === undefined) return false;
		this.proven.delete(link);
		this.proven.set(link, network);
		return true;
	}

	add(link: string, network: string): void {
		if (this.has(link)) return;
		const own = this.byNetwork.get(network);
		if (own && own.size >= this.ofOne) this.drop(oldest(own));
		else if (this.proven.size >= this.most) this.drop(oldest(this.proven));
		this.proven.set(link, network);
		const kept = this.byNetwork.get(network);
		if (kept) kept.add(link);
		else this.byNetwork.set(network, new Set([link]));
	}

	/** It is good no more. */
	drop(link: string | undefined): void {
		const network = link === undefined ? undefined : this.proven.get(link);
		if (link === undefined || network === undefined) return;
		this.proven.delete(link);
		const own = this.byNetwork.get(network);
		own?.delete(link);
		if (own?.size === 0) this.byNetwork.delete(network);
	}

	get size(): number {
		return this.proven.size;
	}
}

const oldest = (links: ReadonlySet<string> | ReadonlyMap<string, string>): string | undefined =>
	links.keys().next().value;
