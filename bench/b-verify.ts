/** (b) Verification: records compared a second against records fetched and parsed, by the same calls to both panels. */

import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Bare } from "./bare";
import { comparedPages, type Page } from "./compared";
import { type Figure, median, mustBe, NotMeasured, perSecond, plausible, say, scaled } from "./figures";
import { type Migrated, migrate, pace } from "./migrated";
import { type Sent, sentIn } from "./sent";

const ROUNDS = 3;

const GOAL = 0.75;
const WHY =
	"The peer sends the very requests of the comparison and parses the answers; it compares nothing. Banyan also transforms and validates each record, digests it, and stores what it found. Client and panels share two cores.";

export async function verifyRow(): Promise<Figure> {
	const [ours, bare] = [[] as number[], { plain: [] as number[], ahead: [] as number[] }];
	const recorded = await recordedPages();
	for (let round = 1; round <= ROUNDS; round++) {
		await using migrated = await migrate(scaled(5000), 0);
		const { compared } = migrated;
		const [first, last] = [compared[0], compared.at(-1)] as const;
		if (!first || !last) throw new NotMeasured("Nothing was compared.");
		ours.push(pace(first, last));
		// The first page is not in the time between the marks, so it is not the peer's either.
		const pages = recorded.slice(1);
		const users = last.done - first.done;
		bare.plain.push(users / (await fetched(migrated, pages, users, false)));
		bare.ahead.push(users / (await fetched(migrated, pages, users, true)));
		say(
			`(b) Banyan ${perSecond(ours.at(-1) ?? 0)}, bare ${perSecond(bare.plain.at(-1) ?? 0)} and ${perSecond(bare.ahead.at(-1) ?? 0)}`
		);
	}
	const [plain, ahead] = [median(bare.plain), median(bare.ahead)];
	const peer = Math.max(plain, ahead);
	const ratio = plausible(median(ours) / peer, "ratio");
	return {
		row: "b",
		what: `users compared at both panels, nothing changed meanwhile, ${scaled(5000) + 999} at the source`,
		measured: perSecond(median(ours)),
		peer: `${perSecond(peer)} fetched from both panels and parsed by bare undici, as many`,
		ratio,
		goal: `≥ ${GOAL}`,
		met: ratio >= GOAL,
		note: `Bare one page after the other ${perSecond(plain)} (${(median(ours) / plain).toFixed(2)}), the next source page asked for meanwhile ${perSecond(ahead)}. ${WHY}`
	};
}

async function recordedPages(): Promise<Page[]> {
	const log = join(tmpdir(), `banyan-bench-${process.pid}.log`);
	await using migrated = await migrate(scaled(5000), 0, log);
	const pages = comparedPages(sentIn(log), migrated);
	rmSync(log);
	return pages;
}

/** Users that the look-ups name; who was quarantined is not looked up. */
const askedFor = (pages: readonly Page[]): number =>
	pages.flatMap(({ finds }) => finds).reduce((sum, { path }) => sum + path.split("username=").length - 1, 0);

interface Listed {
	readonly items: readonly unknown[];
}
interface Found {
	readonly users: readonly unknown[];
}

/** Seconds. @param users so many must come from either side */
async function fetched(migrated: Migrated, pages: readonly Page[], users: number, ahead: boolean): Promise<number> {
	await using source = await new Bare(migrated.source.url).logIn("/api/admins/token");
	await using target = await new Bare(migrated.target.url).logIn("/api/admin/token");
	const seen = { source: 0, target: 0 };
	const list = async (page: Sent): Promise<void> => {
		seen.source += ((await source.send(page)) as Listed).items.length;
	};
	const began = performance.now();
	let next = pages[0] && list(pages[0].page);
	for (const [index, { finds }] of pages.entries()) {
		await next;
		const following = pages[index + 1]?.page;
		if (ahead) next = following && list(following);
		for (const find of finds) seen.target += ((await target.send(find)) as Found).users.length;
		if (!ahead) next = following && list(following);
	}
	const seconds = (performance.now() - began) / 1000;
	mustBe("users that the peer fetched from the source", seen.source, users);
	mustBe("users that the peer fetched from the target", seen.target, askedFor(pages));
	return seconds;
}
