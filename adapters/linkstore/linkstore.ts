/** The port of the old links: found by name in the same time however many there are; none is kept in memory. */

/** A customer's old link, known by its username and the digest of its key, and the address that answers for it. */
export interface StoredLink {
	readonly migration: string;
	/** The source's id of the user. */
	readonly id: string;
	readonly username: string;
	readonly keyDigest: string;
	readonly target: string;
}

/** Whatever it is asked: @throws StoreClosed · StoreFull · StoreBusy · StoreDenied · StoreBroken · StoreAway */
export interface LinkStore {
	/** Keeps all of them, or none; a link of the same user is replaced. It may be asked again. */
	put(migration: string, links: readonly Omit<StoredLink, "migration">[]): Promise<void>;
	/** Those of a name, whatever their migration, in the order of migrations and ids. */
	find(username: string): Promise<StoredLink[]>;
	/** Those of a migration's users with these ids, in their order. */
	of(migration: string, ids: readonly string[]): Promise<StoredLink[]>;
	/** How many there are, of one migration or of all. */
	count(migration?: string): Promise<number>;
	close(): Promise<void>;
}
