/** (i) A call of another node, with all that a node does around it, and (j) a request that becomes one at the gateway. */

import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startNats } from "../test/support/servers";
import { openPart, partLines, type Server } from "./children";
import { type Figure, median, perSecond, say, scaled } from "./figures";
import { cpuOf, load } from "./load";
import type { Kind, Place } from "./remote";

const ROUNDS = 5;
const AROUND = "sealed packets, correlation ids, metrics, params checked, deadlines, retries, breaker";

export interface Ground extends AsyncDisposable {
	readonly place: Place;
	readonly natsPid: number;
}

export async function openGround(): Promise<Ground> {
	const folder = mkdtempSync(join(tmpdir(), "banyan-bench-"));
	const nats = await startNats();
	return {
		place: { url: nats.url, folder, key: randomBytes(32).toString("base64") },
		natsPid: nats.pid,
		[Symbol.asyncDispose]: async () => {
			await nats.kill();
			rmSync(folder, { recursive: true, force: true });
		}
	};
}

/** In µs of CPU a call, of all that take part. */
async function callsOf(kind: Kind, { place, natsPid }: Ground, worker: Server, count: number): Promise<number> {
	const others = (): number => cpuOf(worker.pid) + cpuOf(natsPid);
	let [before, micros] = [0, 0];
	await partLines("calls", [kind, JSON.stringify(place), String(count)], line => {
		const said = JSON.parse(line) as { warm?: true; micros: number };
		if (said.warm) before = others();
		else micros = said.micros + (others() - before) * 1e6;
	});
	return micros / count;
}

export async function remoteRows(): Promise<Figure[]> {
	await using ground = await openGround();
	const open = (kind: Kind): Promise<Server> => openPart("worker", [kind, JSON.stringify(ground.place)]);
	await using raw = await open("raw");
	await using stock = await open("stock");
	await using banyan = await open("banyan");
	const costs: Record<Kind, number[]> = { raw: [], stock: [], banyan: [] };
	for (let round = 1; round <= ROUNDS; round++) {
		for (const [kind, worker] of [
			["raw", raw],
			["stock", stock],
			["banyan", banyan]
		] as const)
			costs[kind].push(await callsOf(kind, ground, worker, scaled(40_000)));
		say(
			`(i) ${Object.entries(costs)
				.map(([kind, all]) => `${kind} ${all.at(-1)?.toFixed(1)} µs`)
				.join(", ")}`
		);
	}
	const cost = (kind: Kind): number => median(costs[kind]);
	const rate = (kind: Kind): string => perSecond(1e6 / cost(kind));
	const [ratio, stocked] = [cost("raw") / cost("banyan"), cost("stock") / cost("banyan")];
	return [
		{
			row: "i",
			what: `calls of another node a CPU second of both nodes and NATS: ${AROUND}`,
			measured: rate("banyan"),
			peer: `${rate("raw")} of NATS's client alone, with correlation ids and JSON`,
			ratio,
			goal: "≥ 0.6",
			met: ratio >= 0.6,
			note: "64 under way at once, 330 bytes each way."
		},
		{
			row: "i",
			what: "the same",
			measured: rate("banyan"),
			peer: `${rate("stock")} of a bare broker of Moleculer: nothing sealed, measured, checked or tried again`,
			ratio: stocked,
			goal: "",
			met: null,
			note: ""
		}
	];
}

export async function remoteGatewayRows(): Promise<Figure[]> {
	await using ground = await openGround();
	const place = JSON.stringify(ground.place);
	await using stockWorker = await openPart("worker", ["stock", place]);
	await using ownWorker = await openPart("worker", ["banyan", place]);
	await using stock = await openPart("remote-gateway", ["stock", place]);
	await using banyan = await openPart("remote-gateway", ["banyan", place]);
	const sides = [
		["stock", stock, stockWorker],
		["banyan", banyan, ownWorker]
	] as const;
	const costs = { stock: [] as number[], banyan: [] as number[] };
	for (let round = 0; round <= ROUNDS; round++) {
		for (const [name, gateway, worker] of sides) {
			const micros = await requests(gateway, [gateway.pid, worker.pid, ground.natsPid], scaled(10_000));
			// The first one warms.
			if (round > 0) costs[name].push(micros);
		}
		if (round > 0) say(`(j) stock ${costs.stock.at(-1)?.toFixed(1)} µs, banyan ${costs.banyan.at(-1)?.toFixed(1)} µs`);
	}
	const [own, other] = [median(costs.banyan), median(costs.stock)];
	return [
		{
			row: "j",
			what: "requests a CPU second of the gateway, NATS and the service's node: a key and its scope, security headers, ETag, compression, all of (i)",
			measured: perSecond(1e6 / own),
			peer: `${perSecond(1e6 / other)} of stock moleculer-web on bare brokers, logging off`,
			ratio: other / own,
			goal: "≥ 0.9",
			met: other / own >= 0.9,
			note: ""
		}
	];
}

export async function requests(gateway: Server, pids: readonly number[], count: number): Promise<number> {
	const spent = (): number => pids.reduce((sum, pid) => sum + cpuOf(pid), 0);
	const before = spent();
	const headers: Record<string, string> = gateway.key === "" ? {} : { "x-api-key": gateway.key };
	const paths = ["/api/v1/bench/echo/of/1"];
	await load({ url: gateway.url, paths, headers, requests: count, atOnce: 32 }, gateway.pid);
	return ((spent() - before) / count) * 1e6;
}
