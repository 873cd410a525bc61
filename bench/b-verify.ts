/** (b) Verification: records compared a second against records fetched and parsed, by the same calls to both panels. */

import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Bare } from "./bare";
import { type Figure, median, perSecond, say, scaled } from "./figures";
import { type Migrated, migrate, pace } from "./migrated";
import { type Sent, sentIn } from "./record";

const ROUNDS = 3;

const WHY =
	"Pages are read, looked up and counted side by side, and client and panels share two cores: of each record Banyan transforms, validates, digests twice and appends what it found, which costs about as much again as fetching it.";

/** A page of the source, and the look-ups at the target that follow from it. */
interface Page {
	readonly page: Sent;
	readonly finds: Sent[];
}

export async function verifyRow(): Promise<Figure> {
	const [ours, bare] = [[] as number[], { plain: [] as number[], ahead: [] as number[] }];
	const recorded = await recordedPages();
	for (let round = 1; round <= ROUNDS; round++) {
		await using migrated = await migrate(scaled(5000), 0);
		const { compared } = migrated;
		const [first, last] = [compared[0], compared.at(-1)] as const;
		if (!first || !last) throw new Error("Nothing was compared.");
		ours.push(pace(first, last));
		// The first page is not in the time between the marks, so it is not the peer's either.
		const pages = recorded.slice(1);
		bare.plain.push((last.done - first.done) / (await fetched(migrated, pages, false)));
		bare.ahead.push((last.done - first.done) / (await fetched(migrated, pages, true)));
		say(
			`(b) Banyan ${perSecond(ours.at(-1) ?? 0)}, bare ${perSecond(bare.plain.at(-1) ?? 0)} and ${perSecond(bare.ahead.at(-1) ?? 0)}`
		);
	}
	const [plain, ahead] = [median(bare.plain), median(bare.ahead)];
	const peer = Math.max(plain, ahead);
	const ratio = median(ours) / peer;
	return {
		row: "b",
		what: `users verified, ${scaled(5000) + 999} at the source`,
		measured: perSecond(median(ours)),
		peer: `${perSecond(peer)} fetched and parsed by bare undici`,
		ratio,
		goal: "≥ 0.9",
		met: ratio >= 0.9,
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

/** What was sent after the last write, without the listing of the target at the end. */
function comparedPages(sent: readonly Sent[], { source, target }: Migrated): Page[] {
	const isWrite = ({ origin, method }: Sent): boolean => origin === target.url && method !== "GET";
	const after = sent.slice(sent.findLastIndex(isWrite) + 1);
	const pages: Page[] = [];
	const finds = after.filter(({ origin, path }) => origin === target.url && path.startsWith("/api/users?username"));
	for (const page of after)
		if (page.origin === source.url && page.path.startsWith("/api/users?")) pages.push({ page, finds: [] });
	const share = finds.length / pages.length;
	for (const [index, find] of finds.entries()) pages[Math.floor(index / share)]?.finds.push(find);
	return pages;
}

async function fetched(migrated: Migrated, pages: readonly Page[], ahead: boolean): Promise<number> {
	await using source = await new Bare(migrated.source.url).logIn("/api/admins/token");
	await using target = await new Bare(migrated.target.url).logIn("/api/admin/token");
	const began = performance.now();
	let next = pages[0] && source.send(pages[0].page);
	for (const [index, { finds }] of pages.entries()) {
		await next;
		const following = pages[index + 1]?.page;
		if (ahead) next = following && source.send(following);
		for (const find of finds) await target.send(find);
		if (!ahead) next = following && source.send(following);
	}
	return (performance.now() - began) / 1000;
}
