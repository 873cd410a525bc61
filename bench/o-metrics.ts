/** (o) What it costs that calls are measured, and how long it takes to read what was measured of many services. */

import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startNats } from "../test/support/servers";
import { openPart, partLines, type Server } from "./children";
import { type Figure, median, mustBe, perSecond, plausible, say, scaled, whole } from "./figures";
import { cpuOf } from "./load";
import { built } from "./product";
import { calls, type Place, startedNode, worker } from "./remote";

const ROUNDS = 7;
const SIDES = ["on", "off"] as const;
type Side = (typeof SIDES)[number];

/** Before the program opens a node: all as it is, and nothing measured. */
function unmeasured(): void {
	const config = built<{ readConfig(...args: unknown[]): object }>("moleculer.config");
	const { readConfig } = config;
	config.readConfig = (...args) => ({ ...readConfig(...args), metrics: { enabled: false } });
}

/** One end of a pair, with metrics or without. */
export async function metered([side, end, place, count = ""]: readonly string[]): Promise<unknown> {
	if (side === "off") unmeasured();
	return end === "worker" ? worker(["banyan", String(place)]) : calls(["banyan", String(place), count]);
}

const SERVICES = 35;
const ACTIONS = 7;

/** A node with many services, each action of which was called by two others. */
export async function crowded([place]: readonly string[]): Promise<void> {
	const broker = await startedNode(JSON.parse(String(place)) as Place, "crowded", []);
	const names = Array.from({ length: SERVICES }, (_, at) => `department${at}`);
	const actions = Array.from({ length: ACTIONS }, (_, at) => `action${at}`);
	for (const [at, name] of names.entries()) {
		const handler = (action: string) => async (ctx: Parameters<Handler>[0]) => {
			if (ctx.params.deep) return {};
			for (const step of [1, 2]) await ctx.call(`${names[(at + step) % SERVICES]}.${action}`, { deep: true });
			return {};
		};
		broker.createService({ name, actions: Object.fromEntries(actions.map(each => [each, handler(each)])) } as never);
	}
	await broker.waitForServices(names);
	for (const name of names) for (const action of actions) await broker.call(`${name}.${action}`, {});
	const { port } = (broker.metadata as { metrics: { port: number } }).metrics;
	process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}/metrics`, key: "" })}\n`);
	process.once("SIGTERM", () => process.exit(0));
	await new Promise(() => undefined);
}
type Handler = (ctx: {
	readonly params: { readonly deep?: true };
	call(action: string, params: object): Promise<unknown>;
}) => Promise<object>;

/** In µs of CPU a call, of both nodes and NATS. */
async function callsOf(side: Side, place: Place, worker: Server, natsPid: number, count: number): Promise<number> {
	const others = (): number => cpuOf(worker.pid) + cpuOf(natsPid);
	let [before, micros] = [0, 0];
	await partLines("metered", [side, "caller", JSON.stringify(place), String(count)], line => {
		const said = JSON.parse(line) as { warm?: true; micros: number };
		if (said.warm) before = others();
		else micros = said.micros + (others() - before) * 1e6;
	});
	return micros / count;
}

export async function metricsRows(): Promise<Figure[]> {
	const folder = mkdtempSync(join(tmpdir(), "banyan-bench-"));
	const nats = await startNats();
	try {
		const place = { url: nats.url, folder, key: randomBytes(32).toString("base64") };
		return [await costRow(place, nats.pid), await scrapeRow(place)];
	} finally {
		await nats.kill();
		rmSync(folder, { recursive: true, force: true });
	}
}

async function costRow(place: Place, natsPid: number): Promise<Figure> {
	const placeOf = (side: Side): Place => ({ ...place, folder: join(place.folder, side), namespace: side });
	const open = (side: Side): Promise<Server> => openPart("metered", [side, "worker", JSON.stringify(placeOf(side))]);
	await using on = await open("on");
	await using off = await open("off");
	const workers = { on, off };
	const costs: Record<Side, number[]> = { on: [], off: [] };
	for (let round = 1; round <= ROUNDS; round++) {
		// Who is first meets a machine that has just rested.
		for (const side of round % 2 === 0 ? SIDES : SIDES.toReversed())
			costs[side].push(await callsOf(side, placeOf(side), workers[side], natsPid, scaled(40_000)));
		say(`(o) on ${costs.on.at(-1)?.toFixed(1)} µs, off ${costs.off.at(-1)?.toFixed(1)} µs`);
	}
	const [measured, bare] = [median(costs.on), median(costs.off)];
	const ratio = bare / measured;
	return {
		row: "o",
		what: "calls of another node a CPU second of both nodes and NATS, measured as they are",
		measured: perSecond(1e6 / measured),
		peer: `${perSecond(1e6 / bare)} with metrics off`,
		ratio,
		goal: "≥ 0.95",
		met: ratio >= 0.95,
		note: "64 under way at once, 330 bytes each way; the two in turns."
	};
}

async function scrapeRow(place: Place): Promise<Figure> {
	await using node = await openPart("crowded", [JSON.stringify({ ...place, namespace: "crowded" })]);
	const times: number[] = [];
	let bytes = 0;
	for (let round = 0; round < scaled(40); round++) {
		// Nothing is kept for others so long.
		await new Promise(resolve => setTimeout(resolve, 1_100));
		const began = performance.now();
		const answer = await fetch(node.url, {
			headers: { accept: "application/openmetrics-text; version=1.0.0", "accept-encoding": "identity" }
		});
		bytes = (await answer.arrayBuffer()).byteLength;
		times.push(performance.now() - began);
	}
	mustBe("answers to a scrape", times.length, scaled(40));
	const ms = median(times.slice(1));
	return {
		row: "o",
		what: `a scrape of a node with ${SERVICES} services of ${ACTIONS} actions, each called by three others`,
		measured: `${plausible(ms, "ms").toFixed(1)} ms, ${whole(bytes / 1024)} KB`,
		peer: "–",
		ratio: null,
		goal: "< 50 ms, < 300 KB",
		met: ms < 50 && bytes < 300_000,
		note: "The text uncompressed, from the asking to its last byte; Prometheus takes it compressed."
	};
}
