/**
 * (l) A service that waits, on twice as many nodes: extractor, whose panel is far: 200 ms there, and 200 back. A node has eight
 * connections to a panel; whoever asks has more under way than all of them.
 */

import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openOwnWires } from "../local/chaos/own-wires";
import { freePort } from "../local/ports";
import { startNats } from "../test/support/servers";
import { openNode as openChild, openPanel } from "./children";
import { type Figure, median, mustBe, perSecond, say, scaled } from "./figures";
import { built } from "./product";

const ROUNDS = 5;
const FEW = 2;
const MANY = 4;
const AWAY_MS = 200;
const UNDER_WAY = 64;

interface Caller {
	call(action: string, params: object): Promise<{ readonly records: readonly unknown[] }>;
	waitForServices(names: readonly string[]): Promise<unknown>;
	stop(): Promise<void>;
}
type Open = (embedding: object, settings: Record<string, string>) => Promise<Caller>;

export async function waitingRows(): Promise<Figure[]> {
	const folder = mkdtempSync(join(tmpdir(), "banyan-bench-"));
	await using nats = await startNats();
	await using panel = await openPanel("marzneshin", "--users", "50");
	await using wires = await openOwnWires([Number(new URL(panel.url).port)], freePort);
	const url = `http://127.0.0.1:${wires.portTo(Number(new URL(panel.url).port))}`;
	const common = { TRANSPORTER: nats.url, CLUSTER_KEY: randomBytes(32).toString("base64"), CONNECT_ALLOW: "loopback" };
	await using few = await openNodes(FEW, { ...common, NAMESPACE: "few" }, folder);
	await using many = await openNodes(MANY, { ...common, NAMESPACE: "many" }, folder);
	const rates = { few: [] as number[], many: [] as number[] };
	try {
		for (const { caller } of [few, many]) await load(caller, url, scaled(100));
		await wires.delay(AWAY_MS);
		for (let round = 1; round <= ROUNDS; round++) {
			rates.few.push(await load(few.caller, url, scaled(400)));
			rates.many.push(await load(many.caller, url, scaled(800)));
			say(`(l) ${FEW} nodes ${rates.few.at(-1)?.toFixed(1)}/s, ${MANY} nodes ${rates.many.at(-1)?.toFixed(1)}/s`);
		}
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
	const [two, four] = [median(rates.few), median(rates.many)];
	const ratio = four / two;
	return [
		{
			row: "l",
			what: `pages of extractor, over NATS, from a panel that is ${AWAY_MS} ms away, each way: ${MANY} nodes`,
			measured: perSecond(four),
			peer: `${perSecond(two)} with ${FEW} nodes`,
			ratio,
			goal: "≥ 1.9",
			met: ratio >= 1.9,
			note: `${UNDER_WAY} under way at once; a node has 8 connections to a panel.`
		}
	];
}

interface Nodes extends AsyncDisposable {
	readonly caller: Caller;
}

/** So many nodes with extractor, and one that calls them. */
async function openNodes(count: number, common: Record<string, string>, folder: string): Promise<Nodes> {
	const children = await Promise.all(
		Array.from({ length: count }, (_, index) =>
			openChild({
				...common,
				NODE_ID: `extractor-${index + 1}`,
				SERVICES: "extractor",
				DATA_DIR: join(folder, `${common.NAMESPACE}-${index}`)
			})
		)
	);
	const { openNode } = built<{ openNode: Open }>("node.js");
	const settings = {
		...common,
		NODE_ID: "caller",
		DATA_DIR: join(folder, `${common.NAMESPACE}-caller`),
		LOG_LEVEL: "warn"
	};
	const caller = await openNode({ services: [] }, settings);
	await caller.waitForServices(["extractor"]);
	return {
		caller,
		[Symbol.asyncDispose]: async () => {
			await caller.stop();
			for (const child of children) await child[Symbol.asyncDispose]();
		}
	};
}

/** Pages a second. */
async function load(caller: Caller, url: string, pages: number): Promise<number> {
	const connection = { connector: "marzneshin", url, username: "admin", password: "admin123" };
	let [begun, records] = [0, 0];
	const worker = async (): Promise<void> => {
		while (begun++ < pages) {
			const page = await caller.call("extractor.page", { connection, stream: "users", cursor: null, limit: 1 });
			records += page.records.length;
		}
	};
	const began = performance.now();
	await Promise.all(Array.from({ length: UNDER_WAY }, worker));
	mustBe("records that were read", records, pages);
	return (pages / (performance.now() - began)) * 1000;
}
