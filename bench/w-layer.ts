/** (w) The gateway's own layer: limits, who asks signed and checked, answers kept; against none of it. And what a kept answer saves. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startRedis } from "../test/support/servers";
import { openPart, type Server } from "./children";
import { type Figure, median, mustBe, perSecond, say, scaled } from "./figures";
import { type Ground, openGround } from "./i-remote";
import { LIMITED } from "./limits";
import { type Cost, load } from "./load";
import { built } from "./product";
import { type Place, startedNode } from "./remote";

const ROUNDS = 7;
const AT_ONCE = 16;
const REQUESTS = scaled(10_000);
const [LAYER_GOAL, KEPT_GOAL] = [0.9, 2];
const SERVICE = "bench";
const ANSWER = { name: "somebody", status: "active", used: "7516192891", note: "x".repeat(260) };

/** `redis`: as `on`, and all gateways would count together. */
const SIDES = ["on", "off", "redis"] as const;
type Side = (typeof SIDES)[number];
/** Kept answers of a few, asked for again and again. */
type Kind = Side | "kept";

const settingsOf = (side: Side, redis: string): Record<string, string> => {
	if (side === "on") return LIMITED;
	if (side === "redis") return { ...LIMITED, REDIS_URL: redis };
	const unlimited = Object.keys(LIMITED).map(variable => [variable, "off"]);
	return { ...Object.fromEntries(unlimited), GATEWAY_CACHE_BYTES: "0" };
};

interface Pair {
	readonly gateway: Server;
	readonly worker: Server;
}

export async function gatewayLayerRows(): Promise<Figure[]> {
	await using ground = await openGround();
	await using redis = await startRedis();
	await using stack = new AsyncDisposableStack();
	const pairs = {} as Record<Side, Pair>;
	for (const side of SIDES) pairs[side] = await pair(ground, side, redis.url, stack);
	const costs: Record<Kind, Cost[]> = { on: [], off: [], redis: [], kept: [] };
	for (let round = 0; round <= ROUNDS; round++) {
		// Who is first meets a machine that has just rested.
		const kinds: Kind[] = ["on", "off", "redis", "kept"];
		for (const kind of round % 2 === 0 ? kinds : kinds.toReversed()) {
			const cost = await once(pairs, kind, round);
			// The first one warms.
			if (round > 0) costs[kind].push(cost);
		}
		if (round > 0) say(`(w) ${kinds.map(kind => `${kind} ${costs[kind].at(-1)?.cpuMicros.toFixed(1)} µs`).join(", ")}`);
	}
	return figures(costs);
}

async function pair(ground: Ground, side: Side, redis: string, stack: AsyncDisposableStack): Promise<Pair> {
	const { place } = ground;
	const settings = settingsOf(side, redis);
	const at = JSON.stringify({ ...place, folder: join(place.folder, side), namespace: side, settings });
	const worker = stack.use(await openPart("answering", [side, at]));
	return { worker, gateway: stack.use(await openPart("layered", [side, at])) };
}

/** What nobody asked for yet, each time; of `kept` a few, again and again. */
async function once(pairs: Readonly<Record<Side, Pair>>, kind: Kind, round: number): Promise<Cost> {
	const { gateway } = pairs[kind === "kept" ? "on" : kind];
	const pathOf = (id: string | number): string => `/api/v1/${SERVICE}/layer/${id}`;
	const ids = kind === "kept" ? FEW : Array.from({ length: REQUESTS }, (_, nth) => `${round}-${nth}`);
	const asked = { url: gateway.url, headers: { "x-api-key": gateway.key }, atOnce: AT_ONCE };
	if (kind === "kept") await load({ ...asked, paths: ids.map(pathOf), requests: ids.length }, gateway.pid);
	await looked(gateway, pathOf(kind === "kept" ? String(ids[0]) : `look-${round}`), kind);
	return load({ ...asked, paths: ids.map(pathOf), requests: REQUESTS }, gateway.pid);
}

const FEW = Array.from({ length: 100 }, (_, nth) => `few-${nth}`);

/** Is it what is to be compared? @throws NotMeasured where it is not */
async function looked({ url, key }: Server, path: string, kind: Kind): Promise<void> {
	const { headers } = await fetch(`${url}${path}`, { headers: { "x-api-key": key } });
	const status = headers.get("cache-status") ?? "";
	const wanted = { on: "; stored", redis: "; stored", kept: "; hit", off: "" }[kind];
	mustBe(`'${status}' of what is asked for (${kind})`, Number(status.includes(wanted)), 1);
	mustBe(
		`'${status}' keeps nothing where it is off (${kind})`,
		Number(/stored|hit/.test(status) === (kind !== "off")),
		1
	);
	mustBe(`RateLimit where it is on (${kind})`, Number(headers.has("ratelimit") === (kind !== "off")), 1);
}

function figures(costs: Readonly<Record<Kind, readonly Cost[]>>): Figure[] {
	const cpu = (kind: Kind): number => median(costs[kind].map(({ cpuMicros }) => cpuMicros));
	const rate = (kind: Kind): string => perSecond(1e6 / cpu(kind));
	const seen = (kind: Kind): string => perSecond(median(costs[kind].map(each => each.perSecond)));
	const [layer, shared, kept] = [cpu("off") / cpu("on"), cpu("off") / cpu("redis"), cpu("on") / cpu("kept")];
	return [
		{
			row: "w",
			what: "requests a CPU second of the gateway to another node's action: limits, a signed caller, and each answer kept, which nobody asks for again",
			measured: rate("on"),
			peer: `${rate("off")} with limits and cache off by their settings, and the layer that signs and checks left out of both nodes`,
			ratio: layer,
			goal: `≥ ${LAYER_GOAL}`,
			met: layer >= LAYER_GOAL,
			note: `By an API key. Callers cannot be left unsigned by a setting. Seen by one client on the same cores: ${seen("on")} and ${seen("off")}.`
		},
		{
			row: "w",
			what: "the same, counted by all gateways together in Redis",
			measured: rate("redis"),
			peer: `${rate("off")}, as above`,
			ratio: shared,
			goal: "",
			met: null,
			note: `Seen by one client: ${seen("redis")}.`
		},
		{
			row: "w",
			what: `requests a CPU second of the gateway whose answer is kept (${FEW.length} of them)`,
			measured: rate("kept"),
			peer: `${rate("on")} that each ask the other node`,
			ratio: kept,
			goal: `≥ ${KEPT_GOAL}`,
			met: kept >= KEPT_GOAL,
			note: `What the other node and NATS are spared is not in it. Seen by one client: ${seen("kept")} and ${seen("on")}.`
		}
	];
}

/** The contract, before anything is loaded that reads the contracts; of `off` without who asks being signed and checked. */
function prepared(side: Side): void {
	const { CONTRACTS } = built<{ CONTRACTS: object[] }>("contracts/cluster");
	const { action, contract } = built<typeof import("../contracts/contract")>("contracts/contract");
	const layer = action({
		summary: "Answers at once.",
		permission: "migration:read",
		reads: true,
		rest: `GET /${SERVICE}/layer/:id`,
		cache: { seconds: 3600, until: [] },
		params: { id: "string" },
		result: "object",
		example: { params: { id: "1" }, result: ANSWER }
	});
	CONTRACTS.push(contract("platform", SERVICE, { actions: { layer }, events: {} }));
	if (side === "off") unsigned();
}

type Layers = typeof import("../middlewares/layers");

function unsigned(): void {
	const layers = built<{ layers: Layers["layers"] }>("middlewares/layers");
	const { layers: all } = layers;
	layers.layers = (...given) => {
		const { middlewares = [], ...others } = all(...given);
		return { ...others, middlewares: middlewares.filter(each => Reflect.get(Object(each), "name") !== "vouched") };
	};
}

/** A node that answers; prints a line once it is there, then stays. */
export async function answering([side, place]: readonly string[]): Promise<void> {
	prepared(side as Side);
	const broker = await startedNode(JSON.parse(String(place)) as Place, "worker", []);
	const handler = async ({ params, meta }: Asked): Promise<object> => {
		if ((meta.proof === undefined) !== (side === "off")) throw new Error("It is not as it is to be compared.");
		return { ...ANSWER, ...params };
	};
	broker.createService({ name: SERVICE, actions: { layer: { params: { id: "string" }, handler } } } as never);
	await stays({ url: "", key: "" });
}
interface Asked {
	readonly params: object;
	readonly meta: { readonly proof?: string };
}

/** The gateway; prints where it is, then stays. */
export async function layered([side, place]: readonly string[]): Promise<void> {
	prepared(side as Side);
	const at: Place = JSON.parse(String(place));
	const broker = await startedNode(at, "gateway", ["access", "idempotency", "gateway"]);
	await broker.waitForServices(SERVICE);
	const url = /The gateway listens on (http:\S+?)\."/.exec(readFileSync(join(at.folder, "gateway.log"), "utf8"))?.[1];
	await stays({ url: String(url), key: readFileSync(join(at.folder, "gateway", "api-key"), "utf8").trim() });
}

async function stays(said: object): Promise<void> {
	process.stdout.write(`${JSON.stringify(said)}\n`);
	process.once("SIGTERM", () => process.exit(0));
	await new Promise(() => undefined);
}
