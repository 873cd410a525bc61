/** (g) The gateway's own cost: with many routes against few, and with all it does against stock moleculer-web. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import findMyWay from "find-my-way";
import { openGateway, type Server } from "./children";
import { type Figure, median, nanoseconds, perSecond, say, scaled, whole } from "./figures";
import { type Cost, load } from "./load";
import { lastPath } from "./serve";

const ROUNDS = 5;
const AT_ONCE = 16;
const FEW = 10;
const MANY = 1000;
const ALL = "a key and its scope, params from one place each, ids, security headers, ETag, compression";

export async function gatewayRows(): Promise<Figure[]> {
	const folder = mkdtempSync(join(tmpdir(), "banyan-bench-"));
	try {
		await using stock = await openGateway("stock", FEW, join(folder, "stock"));
		await using node = await openGateway("node", FEW, join(folder, "node"));
		await using few = await openGateway("banyan", FEW, join(folder, "few"));
		await using many = await openGateway("banyan", MANY, join(folder, "many"));
		const costs = { stock: [] as Cost[], node: [] as Cost[], few: [] as Cost[], many: [] as Cost[] };
		const sides = [
			["stock", stock, FEW],
			["node", node, FEW],
			["few", few, FEW],
			["many", many, MANY]
		] as const;
		for (const [, server, routes] of sides) await once(server, routes, scaled(5000));
		for (let round = 1; round <= ROUNDS; round++) {
			for (const [name, server, routes] of sides) costs[name].push(await once(server, routes, scaled(15_000)));
			const said = sides.map(([name]) => `${name} ${(costs[name].at(-1) as Cost).cpuMicros.toFixed(1)} µs`);
			say(`(g) ${said.join(", ")}`);
		}
		return figures(costs);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

const once = (server: Server, routes: number, requests: number): Promise<Cost> =>
	load(
		{
			url: server.url,
			paths: [lastPath(routes)],
			headers: server.key === "" ? {} : { "x-api-key": server.key },
			requests,
			atOnce: AT_ONCE
		},
		server.pid
	);

function figures(costs: Readonly<Record<"stock" | "node" | "few" | "many", readonly Cost[]>>): Figure[] {
	const cpu = (name: keyof typeof costs): number => median(costs[name].map(({ cpuMicros }) => cpuMicros));
	const rate = (name: keyof typeof costs): string => perSecond(1e6 / cpu(name));
	const seen = (name: keyof typeof costs): string => perSecond(median(costs[name].map(({ perSecond }) => perSecond)));
	const [routes, node, stock] = [cpu("few") / cpu("many"), cpu("node") / cpu("few"), cpu("stock") / cpu("few")];
	const alone = { few: lookup(FEW), many: lookup(MANY) };
	return [
		{
			row: "g",
			what: `requests a CPU second of the gateway, ${whole(MANY)} routes beside its own`,
			measured: rate("many"),
			peer: `${rate("few")} with ${FEW}`,
			ratio: routes,
			goal: "≥ 0.9",
			met: routes >= 0.9,
			note: `The last route is asked for. The look-up alone: ${nanoseconds(alone.many)} with ${whole(MANY)} routes, ${nanoseconds(alone.few)} with ${FEW}.`
		},
		{
			row: "g",
			what: `requests a CPU second of the gateway: ${ALL}`,
			measured: rate("few"),
			peer: `${rate("node")} of stock moleculer-web on a node with the same metrics and middlewares, same local action`,
			ratio: node,
			goal: "≥ 0.85",
			met: node >= 0.85,
			note: `Seen by one client on the same cores: ${seen("few")} and ${seen("node")}.`
		},
		{
			row: "g",
			what: "the same",
			measured: rate("few"),
			peer: `${rate("stock")} of stock moleculer-web on a bare broker: no metrics, no correlation ids`,
			ratio: stock,
			goal: "≥ 0.5",
			met: stock >= 0.5,
			note: `Seen by one client on the same cores: ${seen("few")} and ${seen("stock")}.`
		}
	];
}

/** In ns. */
function lookup(routes: number): number {
	const router = findMyWay();
	for (let index = 0; index < routes; index++) router.on("GET", `/api/v1/bench/a${index}/of/:id`, () => undefined);
	const [path, times] = [lastPath(routes), scaled(300_000)];
	for (let n = 0; n < times; n++) router.find("GET", path);
	const began = performance.now();
	for (let n = 0; n < times; n++) router.find("GET", path);
	return ((performance.now() - began) / times) * 1e6;
}
