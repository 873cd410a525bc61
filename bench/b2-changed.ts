/** (b2) Verification while the source goes on changing: a comparison of which 2 % of the records were changed since. */

import { Bare } from "./bare";
import { type Figure, median, mustBe, NotMeasured, perSecond, plausible, say, scaled } from "./figures";
import { type Mark, type Migrated, migrate, pace } from "./migrated";

const ROUNDS = 3;
const GOAL = 0.5;
/** One of so many is changed, so that every page has some. */
const EVERY = 50;
const PAGE = 100;

interface Listed {
	readonly items: readonly { readonly username: string }[];
}

export async function changedRow(): Promise<Figure> {
	const [unchanged, changed]: number[][] = [[], []];
	for (let round = 1; round <= ROUNDS; round++) {
		await using migrated = await migrate(scaled(5000), 0);
		unchanged?.push(paceOf(migrated.compared));
		const count = await change(migrated);
		changed?.push(paceOf(await migrated.compareAgain()));
		say(`(b2) unchanged ${perSecond(unchanged?.at(-1) ?? 0)}, ${count} changed ${perSecond(changed?.at(-1) ?? 0)}`);
	}
	const [peer, ours] = [median(unchanged ?? []), median(changed ?? [])];
	const ratio = plausible(ours / peer, "ratio");
	return {
		row: "b2",
		what: `users compared at both panels with 2 % changed meanwhile, ${scaled(5000) + 999} at the source`,
		measured: perSecond(ours),
		peer: `${perSecond(peer)} of the same run with nothing changed`,
		ratio,
		goal: `≥ ${GOAL}`,
		met: ratio >= GOAL,
		note: "Each page has two that were changed at the source: they are written to the target, recorded, and looked at again."
	};
}

function paceOf(marks: readonly Mark[]): number {
	const [first, last] = [marks[0], marks.at(-1)] as const;
	if (!first || !last || first === last) throw new NotMeasured("Nothing was compared.");
	return pace(first, last);
}

/** How many were changed. */
async function change({ source }: Migrated): Promise<number> {
	await using panel = await new Bare(source.url).logIn("/api/admins/token");
	let [seen, changed] = [0, 0];
	for (let page = 1; ; page++) {
		const path = `/api/users?page=${page}&size=${PAGE}`;
		const { items } = (await panel.send({ method: "GET", path, body: null })) as Listed;
		for (const { username } of items) {
			if (seen++ % EVERY !== 0) continue;
			const body = JSON.stringify({ username, note: `changed as number ${changed}` });
			// One whose name the panel itself cannot ask for stays as it is.
			const done = panel.send({ method: "PUT", path: `/api/users/${encodeURIComponent(username)}`, body });
			changed += await done.then(
				() => 1,
				() => 0
			);
		}
		if (items.length < PAGE) break;
	}
	mustBe("users that the source listed", seen, scaled(5000) + 999);
	return changed;
}
