/** (f) Old subscription links through the gateway against the same subscriptions asked of the target itself. */

import { join } from "node:path";
import { Bare } from "./bare";
import { openProduct } from "./children";
import { type Figure, median, mustBe, perSecond, say, scaled, whole } from "./figures";
import { bytesOf, load } from "./load";
import { migrate } from "./migrated";
import { built } from "./product";

const { openLinkStore } = built<typeof import("../adapters/linkstore")>("adapters/linkstore");

const ROUNDS = 5;
const AT_ONCE = 8;
const USERS = 100;

interface OldUser {
	readonly username: string;
	readonly subscription_url: string;
}

/** @param createMs the pace of the target: it reads in about a third of what it takes to create */
export async function linksRow(createMs: number): Promise<Figure> {
	await using migrated = await migrate(scaled(createMs > 0 ? 100 : 500), createMs);
	const { source, target, dataDir } = migrated;
	await using bare = await new Bare(source.url).logIn("/api/admins/token");
	const list = (await bare.send({ method: "GET", path: "/api/users?page=3&size=100" } as never)) as {
		items: OldUser[];
	};
	const links = openLinkStore(join(dataDir, "links.db"), { access: "read" });
	const pairs: (readonly [old: string, now: string])[] = [];
	for (const { username, subscription_url } of list.items.slice(0, USERS)) {
		const [link] = await links.find(username);
		if (!link) continue;
		const old = new URL(subscription_url, source.url).pathname;
		pairs.push([`${old}/v2ray`, `${new URL(link.target, target.url).pathname}/v2ray`]);
	}
	await links.close();
	await using product = await openProduct(dataDir);
	const [ours, direct, cpu] = [[] as number[], [] as number[], [] as number[]];
	const requests = scaled(createMs > 0 ? 2000 : 4000);
	const through = { url: product.url, paths: pairs.map(([old]) => old), requests, atOnce: AT_ONCE };
	const straight = { url: target.url, paths: pairs.map(([, now]) => now), requests, atOnce: AT_ONCE };
	mustBe("customers with an old link", pairs.length, list.items.length);
	mustBe("bytes of their links through the gateway", await bytesOf(through), await bytesOf(straight));
	await load({ ...through, requests: scaled(1000) }, product.pid);
	for (let round = 1; round <= ROUNDS; round++) {
		const [here, there] = [await load(through, product.pid), await load(straight, product.pid)];
		ours.push(here.perSecond);
		direct.push(there.perSecond);
		cpu.push(here.cpuMicros);
		say(`(f, ${createMs} ms) through ${perSecond(here.perSecond)}, straight ${perSecond(there.perSecond)}`);
	}
	const ratio = median(ours.map((rate, index) => rate / (direct[index] as number)));
	return {
		row: createMs > 0 ? "f" : "f0",
		what: `old links served, ${AT_ONCE} at once, ${whole(pairs.length)} customers, target at ${createMs} ms a create`,
		measured: perSecond(median(ours)),
		peer: `${perSecond(median(direct))} of the target itself`,
		ratio,
		goal: createMs > 0 ? "≥ 0.9" : "reported only",
		met: createMs > 0 ? ratio >= 0.9 : null,
		note: `The gateway spends ${whole(median(cpu))} µs of CPU a link, on the cores that the sample panel and the client use too.`
	};
}
