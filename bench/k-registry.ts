/**
 * (k) The registry of many nodes: one node of the product at rest among so many others, and how soon all know of one that
 * joins. The others are simulated by one process: their packets are real, sealed as a node seals them, and come as often.
 */

import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, type NatsConnection } from "nats";
import type { PacketSeal } from "../adapters/packet-seal";
import { startNats } from "../test/support/servers";
import { openPart, partLines, type Server } from "./children";
import { type Figure, milliseconds, say, scaled } from "./figures";
import { cpuOf } from "./load";
import { built } from "./product";
import { type Place, startedNode } from "./remote";

const NODES = [10, 100, 200];
const GOAL = 100;
const SERVICES = 35;
const ACTIONS = 6;
const REST_MS = 10_000;
const PREFIX = "MOL-bench";

interface Seen {
	readonly nodes: number;
	/** Of a core, at rest. */
	readonly share: number;
	/** Until the others had heard of the one that joined, and it of all of them. */
	readonly joinMs: number;
}

export async function registryRows(): Promise<Figure[]> {
	const seen: Seen[] = [];
	for (const nodes of NODES) {
		seen.push(await look(nodes));
		const { share, joinMs } = seen.at(-1) as Seen;
		say(`(k) ${nodes} nodes: ${(share * 100).toFixed(1)} % of a core, a join in ${joinMs.toFixed(0)} ms`);
	}
	const of = seen.find(({ nodes }) => nodes === GOAL) as Seen;
	const grows = (what: (each: Seen) => string): string => seen.map(each => `${each.nodes}: ${what(each)}`).join(", ");
	const others = `${GOAL} nodes × ${SERVICES} services`;
	return [
		{
			row: "k",
			what: `a node at rest among ${others}: of a core`,
			measured: `${(of.share * 100).toFixed(1)} %`,
			peer: "",
			ratio: null,
			goal: "< 5 %",
			met: of.share < 0.05,
			note: grows(({ share }) => `${(share * 100).toFixed(1)} %`)
		},
		{
			row: "k",
			what: `a node joins ${others}: until all know of each other`,
			measured: milliseconds(of.joinMs),
			peer: "",
			ratio: null,
			goal: "< 2,000 ms",
			met: of.joinMs < 2_000,
			note: grows(({ joinMs }) => milliseconds(joinMs))
		}
	];
}

async function look(nodes: number): Promise<Seen> {
	const folder = mkdtempSync(join(tmpdir(), "banyan-bench-"));
	await using nats = await startNats();
	const place: Place = { url: nats.url, folder, key: randomBytes(32).toString("base64") };
	const crowd = await openCrowd(place, nodes - 2);
	try {
		await using resting = await openPart("resting", [JSON.stringify(place), "resting", String(nodes - 1)]);
		// Until it knows all, and all that it did for that is done.
		await sleep(2_000);
		const share = await shareOf(resting);
		const joinMs = await joined(place, nodes);
		return { nodes, share, joinMs };
	} finally {
		await crowd.close();
		rmSync(folder, { recursive: true, force: true });
	}
}

async function shareOf({ pid }: Server): Promise<number> {
	const [cpu, began] = [cpuOf(pid), performance.now()];
	await sleep(scaled(REST_MS));
	return (cpuOf(pid) - cpu) / ((performance.now() - began) / 1000);
}

/** From the moment at which the one that joins begins to look for others. */
async function joined(place: Place, nodes: number): Promise<number> {
	let ms = 0;
	await partLines("joining", [JSON.stringify(place), String(nodes)], line => {
		ms = (JSON.parse(line) as { ms: number }).ms;
	});
	return ms;
}

/** A node that stays. */
export async function resting([place, name, nodes]: readonly string[]): Promise<void> {
	const broker = await startedNode(JSON.parse(String(place)), String(name), ["transformer"]);
	while (broker.registry.getNodeList({ onlyAvailable: true, withServices: false }).length < Number(nodes))
		await sleep(20);
	process.stdout.write(`${JSON.stringify({ url: "", key: "" })}\n`);
	process.once("SIGTERM", () => process.exit(0));
	await new Promise(() => undefined);
}

/** A node that joins; says how long it took, from its start on, until it knew of all, and the resting one of it. */
export async function joining([place, nodes]: readonly string[]): Promise<void> {
	built("node");
	const began = performance.now();
	const broker = await startedNode(JSON.parse(String(place)), "joining", ["transformer"]);
	const all = (): number => broker.registry.getNodeList({ onlyAvailable: true, withServices: false }).length;
	const knowsUs = async (): Promise<boolean> => {
		const list = await broker.call<{ id: string; available: boolean }[], object>(
			"$node.list",
			{},
			{ nodeID: "resting" }
		);
		return list.some(({ id, available }) => id === "joining" && available);
	};
	while (all() < Number(nodes) || !(await knowsUs())) await sleep(10);
	process.stdout.write(`${JSON.stringify({ ms: performance.now() - began })}\n`);
	process.exit(0);
}

const service = (nth: number) => {
	const name = `service-${nth}`;
	const params = {
		id: "string",
		name: { type: "string", optional: true, max: 200 },
		limit: { type: "number", max: 100 }
	};
	const actions = Array.from({ length: ACTIONS }, (_, at) => `${name}.action-${at}`);
	return {
		name,
		fullName: name,
		settings: {},
		metadata: {},
		dependencies: [],
		actions: Object.fromEntries(actions.map(each => [each, { name: each, rawName: each.split(".")[1], params }])),
		events: { [`${name}.changed`]: { name: `${name}.changed` } }
	};
};

interface Crowd {
	close(): Promise<void>;
}

/** So many nodes in this process, which say what nodes say and hear what they must. */
async function openCrowd({ url, key }: Place, count: number): Promise<Crowd> {
	const { PacketSeal: Seal } = built<{ PacketSeal: typeof PacketSeal }>("adapters/packet-seal");
	const client = await connect({ servers: url });
	const services = Array.from({ length: SERVICES }, (_, nth) => service(nth));
	const timers = Array.from({ length: count }, (_, nth) => {
		const nodeID = `node-${nth}`;
		const seal = new Seal({ keys: [Buffer.from(key, "base64")], namespace: "bench", nodeID });
		return one(client, seal, nodeID, services);
	});
	await client.flush();
	return {
		close: async () => {
			for (const timer of timers) clearInterval(timer);
			await client.close();
		}
	};
}

function one(client: NatsConnection, seal: PacketSeal, sender: string, services: readonly object[]): NodeJS.Timeout {
	const send = (kind: string, target: string | undefined, payload: object): void => {
		const data = seal.seal(kind, target, Buffer.from(JSON.stringify({ ver: "5", sender, ...payload })));
		client.publish(`${PREFIX}.${kind}${target === undefined ? "" : `.${target}`}`, data);
	};
	const info = {
		services,
		ipList: ["127.0.0.1"],
		hostname: "far",
		client: { type: "nodejs", version: "0.15.2", langVersion: process.version },
		config: {},
		instanceID: sender,
		metadata: { balancer: "nodes", ageMs: 1e9, instanceID: sender },
		seq: 1
	};
	for (const subject of [`${PREFIX}.DISCOVER`, `${PREFIX}.DISCOVER.${sender}`])
		client.subscribe(subject, {
			callback: (_error, { data }) => {
				const opened = seal.open("DISCOVER", Buffer.from(data));
				if (typeof opened !== "string")
					send("INFO", (JSON.parse(opened.toString()) as { sender: string }).sender, info);
			}
		});
	send("INFO", undefined, info);
	return setInterval(() => send("HEARTBEAT", undefined, { cpu: 1 }), 900 + Math.random() * 200);
}
