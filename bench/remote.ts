/** Two ends over NATS, each in a process of its own: a service and who calls it; raw, stock, and as Banyan runs them. */

import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ServiceBroker } from "moleculer";
import ApiGateway from "moleculer-web";
import { connect } from "nats";
import { LIMITED } from "./limits";
import { built } from "./product";
import { unobserved } from "./unobserved";

export type Kind = "raw" | "stock" | "banyan";
/** What looks at what a node does: nothing; its metrics and correlation ids; traces, too, of every tenth request. */
export type Observed = "none" | "metrics" | "all";

const SERVICE = "bench";
const ACTION = `${SERVICE}.echo`;
/** Some 330 bytes. */
const PAYLOAD = { id: "1", name: "somebody", status: "active", note: "x".repeat(260) };
const AT_ONCE = 64;

/** What both ends of a kind are given. */
export interface Place {
	readonly url: string;
	readonly folder: string;
	readonly key: string;
	/** @default as a node is by itself */
	readonly observed?: Observed;
	/** Where traces go. */
	readonly collector?: string;
	/** @default bench */
	readonly namespace?: string;
	readonly settings?: Readonly<Record<string, string>>;
}

const settingsIn = (
	{ url, folder, key, observed, collector, namespace = "bench", settings }: Place,
	name: string
): Record<string, string> => ({
	TRANSPORTER: url,
	CLUSTER_KEY: key,
	NAMESPACE: namespace,
	NODE_ID: name,
	DATA_DIR: join(folder, name),
	LOG_LEVEL: "info",
	...LIMITED,
	GATEWAY_PORT: "0",
	...(observed === "all" && collector && { OTEL_EXPORTER_OTLP_ENDPOINT: collector, OTEL_TRACES_SAMPLER_ARG: "0.1" }),
	...settings
});

const says = (said: object): void => void process.stdout.write(`${JSON.stringify(said)}\n`);
const optional = { type: "string", optional: true };
const params = { id: "string", name: optional, status: optional, note: optional };
const service = {
	name: SERVICE,
	actions: { echo: { params, handler: async (ctx: { params: object }) => ({ ...PAYLOAD, ...ctx.params }) } }
};

/** The contract of the service, before anything is loaded that reads the contracts. */
function contracted(): void {
	const { CONTRACTS } = built<{ CONTRACTS: object[] }>("contracts/cluster");
	const { action, contract } = built<typeof import("../contracts/contract")>("contracts/contract");
	const echo = action({
		summary: "Answers at once.",
		permission: "migration:read",
		rest: "GET /bench/echo/of/:id",
		params: { id: "string" },
		result: "object",
		example: { params: { id: "1" }, result: PAYLOAD }
	});
	CONTRACTS.push(contract("platform", SERVICE, { actions: { echo }, events: {} }));
}

/** A node of the product, with its services. */
async function node(place: Place, name: string, services: readonly string[]): Promise<ServiceBroker> {
	contracted();
	return startedNode(place, name, services);
}

export async function startedNode(place: Place, name: string, services: readonly string[]): Promise<ServiceBroker> {
	if (place.observed === "none") unobserved();
	const settings = settingsIn(place, name);
	mkdirSync(settings.DATA_DIR as string, { recursive: true, mode: 0o700 });
	const { openNode } = built<typeof import("../node")>("node");
	const broker = await openNode({ services: services as never, logFile: join(place.folder, `${name}.log`) }, settings);
	return broker as unknown as ServiceBroker;
}

const stock = ({ url }: Place, nodeID: string): ServiceBroker =>
	new ServiceBroker({ logger: false, namespace: "stock", nodeID, transporter: url as never });

/** Answers whoever calls; prints a line once it is there, then stays. */
export async function worker([kind, place]: readonly string[]): Promise<void> {
	const at: Place = JSON.parse(String(place));
	if (kind === "raw") await rawWorker(at);
	else if (kind === "stock") {
		const broker = stock(at, "worker");
		broker.createService(service as never);
		await broker.start();
	} else {
		const broker = await node(at, "worker", []);
		broker.createService(service as never);
	}
	says({ url: "", key: "" });
	process.once("SIGTERM", () => process.exit(0));
	await new Promise(() => undefined);
}

/** A correlation id and JSON, and nothing else. */
async function rawWorker({ url }: Place): Promise<void> {
	const client = await connect({ servers: url });
	client.subscribe("raw.request", {
		callback: (_error, message) => {
			const { id, sender, data } = JSON.parse(Buffer.from(message.data).toString()) as Asked;
			client.publish(`raw.answer.${sender}`, JSON.stringify({ id, data: { ...PAYLOAD, ...data } }));
		}
	});
	await client.flush();
}
interface Asked {
	readonly id: number;
	readonly sender: string;
	readonly data: object;
}

type Call = () => Promise<unknown>;

/** Calls so often, after a tenth of that; answers what its own process spent, in µs, and how long it took, in ms. */
export async function calls([kind, place, count]: readonly string[]): Promise<{ micros: number; ms: number }> {
	const at: Place = JSON.parse(String(place));
	const call = kind === "raw" ? await rawCaller(at) : await caller(kind as Kind, at);
	await repeat(call, Number(count) / 10);
	says({ warm: true });
	const [cpu, began] = [process.cpuUsage(), performance.now()];
	await repeat(call, Number(count));
	const { user, system } = process.cpuUsage(cpu);
	says({ micros: user + system, ms: performance.now() - began });
	process.exit(0);
}

async function repeat(call: Call, count: number): Promise<void> {
	let next = 0;
	await Promise.all(
		Array.from({ length: AT_ONCE }, async () => {
			while (next++ < count) if ((await call()) === undefined) throw new Error("An answer without a body.");
		})
	);
}

async function caller(kind: Kind, place: Place): Promise<Call> {
	const broker = kind === "stock" ? stock(place, "caller") : await node(place, "caller", []);
	if (kind === "stock") await broker.start();
	await broker.waitForServices(SERVICE);
	return () => broker.call(ACTION, PAYLOAD);
}

async function rawCaller({ url }: Place): Promise<Call> {
	const client = await connect({ servers: url });
	const waiting = new Map<number, (data: unknown) => void>();
	let last = 0;
	client.subscribe("raw.answer.caller", {
		callback: (_error, message) => {
			const { id, data } = JSON.parse(Buffer.from(message.data).toString()) as Asked;
			waiting.get(id)?.(data);
			waiting.delete(id);
		}
	});
	await client.flush();
	return () =>
		new Promise(resolve => {
			const id = ++last;
			waiting.set(id, resolve);
			client.publish("raw.request", JSON.stringify({ id, sender: "caller", data: PAYLOAD }));
		});
}

/** A gateway whose service is elsewhere; prints `{ url, key }` once it listens, then stays. */
export async function remoteGateway([kind, place]: readonly string[]): Promise<void> {
	const at: Place = JSON.parse(String(place));
	says(await (kind === "stock" ? stockGateway(at) : ownGateway(at)));
	process.once("SIGTERM", () => process.exit(0));
	await new Promise(() => undefined);
}

async function stockGateway(place: Place): Promise<{ url: string; key: string }> {
	const broker = stock(place, "gateway");
	const gateway = broker.createService({
		name: "api",
		mixins: [ApiGateway as never],
		settings: {
			port: 0,
			ip: "127.0.0.1",
			routes: [
				{ path: "/api/v1", aliases: { "GET /bench/echo/of/:id": ACTION }, logging: false, bodyParsers: { json: true } }
			]
		}
	} as never);
	await broker.start();
	await broker.waitForServices(SERVICE);
	const { port } = (gateway as unknown as { server: { address(): { port: number } } }).server.address();
	return { url: `http://127.0.0.1:${port}`, key: "" };
}

async function ownGateway(place: Place): Promise<{ url: string; key: string }> {
	const services = ["access", "idempotency", "migration", "links", "subscriptions", "gateway"];
	const broker = await node(place, "gateway", services);
	await broker.waitForServices(SERVICE);
	const log = readFileSync(join(place.folder, "gateway.log"), "utf8");
	const url = /The gateway listens on (http:\S+?)\."/.exec(log)?.[1] as string;
	return { url, key: readFileSync(join(place.folder, "gateway", "api-key"), "utf8").trim() };
}
