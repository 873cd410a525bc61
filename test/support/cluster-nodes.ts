/** Nodes of one cluster within this process: each a broker of its own, on a NATS and stores that all of them share. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Broker } from "../../cluster";
import type { Systems } from "../../mixins/systems";
import { openNode } from "../../node";
import { type NatsCluster, startNatsCluster } from "./nats-cluster";
import { type DataServer, startMongo } from "./servers";
import { until } from "./until";

export interface NodeAsked {
	readonly id: string;
	readonly services: string;
	readonly systems?: Systems;
	readonly environment?: Readonly<Record<string, string>>;
}

export interface ClusterNodes extends AsyncDisposable {
	readonly folder: string;
	/** Of every node, but for its name, its folder and what it runs. */
	readonly environment: Readonly<Record<string, string>>;
	/** What they share. */
	readonly mongo: DataServer;
	readonly nats: NatsCluster;
	open(asked: NodeAsked): Promise<Broker>;
	/** The same in a process of its own, by a program of the tests; ready once it says so. */
	spawn(program: string, asked: Omit<NodeAsked, "systems">): Promise<ChildProcess>;
	/** Gracefully, as at SIGTERM. */
	stop(node: Broker): Promise<void>;
}

/** Has one heard what another one runs? */
const knows = ({ registry }: Broker, { nodeID }: Broker): boolean =>
	registry
		.getNodeList({ onlyAvailable: true, withServices: true })
		.some(({ id, services }) => id === nodeID && services.length > 1);

export const LEASE = { LEASE_MS: "1500", LEASE_BOUND_MS: "300" } as const;

/** @param servers of NATS, on all of which each event is kept */
export async function startCluster(more: Readonly<Record<string, string>> = {}, servers = 1): Promise<ClusterNodes> {
	const mongo = await startMongo();
	const nats = await startNatsCluster({ servers }).catch(async (error: unknown) => {
		await mongo[Symbol.asyncDispose]();
		throw error;
	});
	const folder = mkdtempSync(join(tmpdir(), "banyan-cluster-"));
	const open = new Set<Broker>();
	const children = new Set<ChildProcess>();
	const environment = {
		STORE: "cluster",
		EVENTS_REPLICAS: String(servers),
		TRANSPORTER: nats.url,
		MONGODB_URL: `${mongo.url}/banyan`,
		NAMESPACE: "spec",
		CLUSTER_KEY: Buffer.from("a key of the cluster for tests 32").subarray(0, 32).toString("base64"),
		HEARTBEAT_INTERVAL: "1",
		HEARTBEAT_TIMEOUT: "3",
		PATIENCE_MS: "5",
		...LEASE,
		...more
	};
	const stop = async (node: Broker): Promise<void> => {
		open.delete(node);
		await node.stop();
	};
	return {
		folder,
		environment,
		mongo,
		nats,
		stop,
		open: async ({ id, services, systems, environment: own = {} }) => {
			const node = await openNode(
				{ logLevel: "fatal", logFile: 2, ...(systems && { systems }) },
				{ ...environment, NODE_ID: id, SERVICES: services, DATA_DIR: join(folder, id), ...own }
			);
			await until(() => [...open].every(other => knows(other, node) && knows(node, other)), `that nodes know ${id}`);
			open.add(node);
			return node;
		},
		spawn: async (program, { id, services, environment: own = {} }) => {
			const child = spawn(process.execPath, ["--import", "tsx", join(__dirname, program)], {
				cwd: join(__dirname, "../.."),
				env: { ...process.env, ...environment, NODE_ID: id, SERVICES: services, DATA_DIR: join(folder, id), ...own },
				stdio: ["ignore", "pipe", "inherit"]
			});
			children.add(child);
			await Promise.race([
				once(child.stdout, "data"),
				once(child, "exit").then(() => Promise.reject(new Error(`The node '${id}' ended before it was ready.`)))
			]);
			return child;
		},
		[Symbol.asyncDispose]: async () => {
			for (const child of children) child.kill("SIGKILL");
			for (const node of open) await node.stop();
			await Promise.all([nats, mongo].map(server => server[Symbol.asyncDispose]()));
			rmSync(folder, { recursive: true, force: true });
		}
	};
}
