/** Who follows whom: a record each, and the counts of both in the same transaction. */

import type { Change, Versioned } from "../../../adapters/collection";
import { failure, invalid } from "../../../cluster/errors";
import type { Listed, Page } from "../../../contracts/community/shapes";
import { type Counts, type Follow, type Kept, keyOf } from "../../../domain/community/users/records";
import { InTurnOf } from "../../../domain/in-turn";
import { findOf, getOf, type Of, type People, readOf, settled, still } from "./people";
import { byHandle, listed, listedOf, type Paging, seenBy } from "./profiles";

export interface Followed {
	readonly followed: boolean;
	readonly followers: number;
}

type Both = readonly [Versioned<Of<"counts">>, Versioned<Of<"counts">>];

export class Follows {
	/** What this node does for one person is done in turn: only other nodes' changes overtake it. */
	private readonly turns = new InTurnOf();

	/** @param limits whom one person follows, at most */
	constructor(
		private readonly people: People,
		private readonly limits: { readonly following: number }
	) {}

	/** @throws USER_NOT_FOUND · VALIDATION_ERROR · LIMIT_REACHED */
	async follow(me: string, handle: string): Promise<Followed> {
		const { account } = await seenBy(this.people, me, handle);
		if (account === me) throw invalid([{ field: "handle", message: "Nobody follows themselves." }]);
		return this.turns.next(account, () => settled(() => this.followed(me, account, handle)));
	}

	private async followed(me: string, account: string, handle: string): Promise<Followed> {
		const there = await getOf(this.people, "follow", me, account);
		const [mine, theirs] = await this.both(me, account, handle);
		if (there) return { followed: true, followers: theirs.record.followers };
		this.unlessMany(mine.record);
		await this.people.write([{ insert: followOf(me, account) }, ...moved([mine, theirs], 1)], {
			events: [{ event: "users.followed", payload: { follower: me, followed: account } }]
		});
		return { followed: true, followers: theirs.record.followers + 1 };
	}

	/** Also of somebody who has hidden since. @throws USER_NOT_FOUND */
	async unfollow(me: string, handle: string): Promise<Followed> {
		const found = await byHandle(this.people, handle);
		const isFollowed = found && (await getOf(this.people, "follow", me, found.account));
		const { account } = isFollowed ? found : await seenBy(this.people, me, handle);
		return this.turns.next(account, () => settled(() => this.unfollowed(me, account, handle)));
	}

	private async unfollowed(me: string, account: string, handle: string): Promise<Followed> {
		const there = await readOf(this.people, "follow", me, account);
		const both = await this.both(me, account, handle);
		const { followers } = both[1].record;
		if (!there) return { followed: false, followers };
		await this.people.write([{ remove: there.record.id, expected: there.version }, ...moved(both, -1)], {
			events: [{ event: "users.unfollowed", payload: { follower: me, followed: account } }]
		});
		return { followed: false, followers: followers - 1 };
	}

	/** The latest first. */
	async list(
		viewer: string,
		handle: string,
		by: "follower" | "followed",
		{ limit, after }: Paging
	): Promise<Page<Listed>> {
		const { account } = await seenBy(this.people, viewer, handle);
		const { records, next } = await findOf(
			this.people,
			"follow",
			{ [by]: account },
			{ sort: "-at", limit, ...(after !== undefined && { after }) }
		);
		const others = records.map(({ follower, followed }) => (by === "follower" ? followed : follower));
		return { items: (await listedOf(this.people, viewer, others)).map(listed), next };
	}

	/** Takes away all that somebody follows, or is followed by; the counts of the others stay right. How many there were. */
	async forget(account: string): Promise<number> {
		let count = 0;
		for (const by of ["follower", "followed"] as const)
			for (;;) {
				const { records } = await findOf(this.people, "follow", { [by]: account }, { sort: "-at", limit: 100 });
				for (const record of records) count += Number(await this.forgotten(record, by));
				if (records.length === 0) break;
			}
		return count;
	}

	private forgotten({ follower, followed }: Follow, by: "follower" | "followed"): Promise<boolean> {
		const other = by === "follower" ? followed : follower;
		return this.turns.next(followed, () =>
			settled(async () => {
				const there = await readOf(this.people, "follow", follower, followed);
				if (!there) return false;
				const counts = await readOf(this.people, "counts", other);
				const less = counts ? [still(counts, less1(counts.record, by === "follower" ? "followers" : "following"))] : [];
				await this.people.write([{ remove: there.record.id, expected: there.version }, ...less]);
				return true;
			})
		);
	}

	/** @throws USER_NOT_FOUND where one of them is gone meanwhile */
	private async both(me: string, account: string, handle: string): Promise<Both> {
		const [mine, theirs] = await Promise.all([
			readOf(this.people, "counts", me),
			readOf(this.people, "counts", account)
		]);
		if (!mine || !theirs) throw failure("USER_NOT_FOUND", `Nobody here is called '${handle}'.`);
		return [mine, theirs];
	}

	/** @throws LIMIT_REACHED */
	private unlessMany({ following }: Counts): void {
		if (following < this.limits.following) return;
		throw failure("LIMIT_REACHED", "FOLLOWING is reached: follow somebody no more, before you follow others.");
	}
}

const followOf = (follower: string, followed: string): Follow => ({
	id: keyOf("follow", follower, followed),
	kind: "follow",
	follower,
	followed,
	at: new Date().toISOString()
});

const less1 = (counts: Counts, field: "followers" | "following"): Counts => ({ ...counts, [field]: counts[field] - 1 });

const moved = ([mine, theirs]: Both, by: 1 | -1): Change<Kept>[] => [
	still(mine, { ...mine.record, following: mine.record.following + by }),
	still(theirs, { ...theirs.record, followers: theirs.record.followers + by })
];
