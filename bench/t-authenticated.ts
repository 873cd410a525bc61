/** (t) What it costs a request that its caller is known: by an access token, by an API key, against one that everybody may send. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServiceBroker } from "moleculer";
import { openPart, type Server } from "./children";
import { type Figure, median, perSecond, say, scaled } from "./figures";
import { LIMITED } from "./limits";
import { type Cost, load } from "./load";
import { built } from "./product";

const ROUNDS = 5;
const AT_ONCE = 16;
const GOAL = 0.85;
const SCOPE = "nodes:read";
const CLIENT = { address: "127.0.0.1", agent: "bench", device: null };
const ANSWER = { id: "1", name: "somebody", status: "active", used: "7516192891", note: null };

/** One action, thrice, by who may call it. */
const KINDS = { open: "public", key: SCOPE, token: "person" } as const;
type Kind = keyof typeof KINDS;
const ALL = Object.keys(KINDS) as Kind[];

export async function authenticatedRows(): Promise<Figure[]> {
	await using server = await openPart("authenticated", []);
	const costs: Record<Kind, Cost[]> = { open: [], key: [], token: [] };
	for (const kind of ALL) await once(server, kind, scaled(5000));
	for (let round = 1; round <= ROUNDS; round++) {
		for (const kind of ALL) costs[kind].push(await once(server, kind, scaled(15_000)));
		say(`(t) ${ALL.map(kind => `${kind} ${costs[kind].at(-1)?.cpuMicros.toFixed(1)} µs`).join(", ")}`);
	}
	return [figure("an access token (JWT)", costs.token, costs.open), figure("an API key", costs.key, costs.open)];
}

function once(server: Server, kind: Kind, requests: number): Promise<Cost> {
	const { key, token } = JSON.parse(server.key) as { readonly key: string; readonly token: string };
	const headers = { open: {}, key: { "x-api-key": key }, token: { authorization: `Bearer ${token}` } }[kind];
	const paths = [`/api/v1/bench/${kind}/1`];
	return load({ url: server.url, paths, headers, requests, atOnce: AT_ONCE }, server.pid);
}

function figure(by: string, known: readonly Cost[], open: readonly Cost[]): Figure {
	const cpu = (costs: readonly Cost[]): number => median(costs.map(({ cpuMicros }) => cpuMicros));
	const seen = (costs: readonly Cost[]): string => perSecond(median(costs.map(each => each.perSecond)));
	const ratio = cpu(open) / cpu(known);
	return {
		row: "t",
		what: `requests a CPU second of the gateway whose caller is known by ${by}`,
		measured: perSecond(1e6 / cpu(known)),
		peer: `${perSecond(1e6 / cpu(open))} of the same action that everybody may call`,
		ratio,
		goal: `≥ ${GOAL}`,
		met: ratio >= GOAL,
		note: `Who it is is asked again after 750 ms. Seen by one client on the same cores: ${seen(known)} and ${seen(open)}.`
	};
}

/** In a process of its own: prints where it is, and by what it knows somebody, then stays. */
export async function authenticated(): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), "banyan-bench-"));
	process.once("SIGTERM", () => {
		rmSync(folder, { recursive: true, force: true });
		process.exit(0);
	});
	const said = await open(folder);
	process.stdout.write(`${JSON.stringify(said)}\n`);
	await new Promise(() => undefined);
}

async function open(folder: string): Promise<{ readonly url: string; readonly key: string }> {
	const { CONTRACTS } = built<{ CONTRACTS: object[] }>("contracts/cluster");
	const { action, contract } = built<typeof import("../contracts/contract")>("contracts/contract");
	const made = ALL.map(kind => [
		kind,
		action({
			summary: "Answers at once.",
			permission: KINDS[kind],
			rest: `GET /bench/${kind}/:id`,
			params: { id: "string" },
			result: "object",
			example: { params: { id: "1" }, result: ANSWER }
		})
	]);
	CONTRACTS.push(contract("platform", "bench", { actions: Object.fromEntries(made), events: {} }));
	const { openNode } = built<typeof import("../node")>("node");
	const log = join(folder, "log");
	const services = ["access", "idempotency", "signing", "sessions", "gateway"];
	const settings = { DATA_DIR: folder, ...LIMITED, GATEWAY_PORT: "0", LOG_LEVEL: "info" };
	const node = await openNode({ services, logFile: log }, settings);
	const handler = { params: { id: "string" }, handler: async () => ANSWER };
	const actions = Object.fromEntries(ALL.map(kind => [kind, handler]));
	(node as unknown as ServiceBroker).createService({ name: "bench", actions });
	const { accessToken: token } = await node.call("sessions.open", {
		account: "ann",
		scopes: [],
		factors: ["password"],
		client: CLIENT,
		device: null
	});
	const url = /The gateway listens on (http:\S+?)\."/.exec(readFileSync(log, "utf8"))?.[1] ?? "";
	return { url, key: JSON.stringify({ key: readFileSync(join(folder, "api-key"), "utf8").trim(), token }) };
}
