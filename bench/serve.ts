/** Gateways to be measured, each in a process of its own: stock moleculer-web, and Banyan's with all it does. */

import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ServiceBroker } from "moleculer";
import ApiGateway from "moleculer-web";
import { LIMITED } from "./limits";
import { built } from "./product";

const SERVICE = "bench";
const names = (routes: number): string[] => Array.from({ length: routes }, (_, index) => `a${index}`);
const answer = { id: "1", name: "somebody", status: "active", used: "7516192891", note: null };

/** The path of the last route: stock moleculer-web looks at all before it. */
export const lastPath = (routes: number): string => `/api/v1/bench/a${routes - 1}/of/1`;

const handlers = (routes: number) =>
	Object.fromEntries(names(routes).map(name => [name, { params: { id: "string" }, handler: async () => answer }]));

/** Prints `{ url, key }` once it listens, then stays. */
export async function serve([kind, routes, folder]: readonly string[]): Promise<void> {
	const said = await (kind === "banyan"
		? ours(Number(routes), String(folder))
		: stock(kind === "node", Number(routes)));
	process.stdout.write(`${JSON.stringify(said)}\n`);
	process.once("SIGTERM", () => process.exit(0));
	await new Promise(() => undefined);
}

/** @param asNode on a broker with the options of a node of Banyan: its metrics, its middlewares */
async function stock(asNode: boolean, routes: number): Promise<{ url: string; key: string }> {
	const { readConfig } = built<typeof import("../moleculer.config")>("moleculer.config");
	const broker = new ServiceBroker(asNode ? { ...readConfig({}), logger: false } : { logger: false });
	broker.createService({ name: SERVICE, actions: handlers(routes) });
	const aliases = Object.fromEntries(names(routes).map(name => [`GET /bench/${name}/of/:id`, `${SERVICE}.${name}`]));
	const gateway = broker.createService({
		name: "api",
		mixins: [ApiGateway as never],
		settings: {
			port: 0,
			ip: "127.0.0.1",
			routes: [{ path: "/api/v1", aliases, logging: false, bodyParsers: { json: true } }]
		}
	} as never);
	await broker.start();
	const { port } = (gateway as unknown as { server: { address(): { port: number } } }).server.address();
	return { url: `http://127.0.0.1:${port}`, key: "" };
}

/** The product's gateway, with routes of made-up contracts beside its own. */
async function ours(routes: number, folder: string): Promise<{ url: string; key: string }> {
	const { CONTRACTS } = built<{ CONTRACTS: object[] }>("contracts/cluster");
	const { action, contract } = built<typeof import("../contracts/contract")>("contracts/contract");
	const made = names(routes).map(name => [
		name,
		action({
			summary: "Answers at once.",
			permission: "migration:read",
			rest: `GET /bench/${name}/of/:id`,
			params: { id: "string" },
			result: "object",
			example: { params: { id: "1" }, result: answer }
		})
	]);
	CONTRACTS.push(contract("platform", SERVICE, { actions: Object.fromEntries(made), events: {} }));
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	const { openNode } = built<typeof import("../node")>("node");
	const log = join(folder, "log");
	const services = ["access", "idempotency", "migration", "links", "subscriptions", "gateway"];
	const settings = { DATA_DIR: folder, ...LIMITED, GATEWAY_PORT: "0", LOG_LEVEL: "info" };
	const broker = await openNode({ services, logFile: log }, settings);
	(broker as unknown as ServiceBroker).createService({ name: SERVICE, actions: handlers(routes) });
	const url = /The gateway listens on (http:\S+?)\."/.exec(readFileSync(log, "utf8"))?.[1] as string;
	return { url, key: readFileSync(join(folder, "api-key"), "utf8").trim() };
}
