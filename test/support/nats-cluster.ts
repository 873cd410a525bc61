/** NATS servers with JetStream, one or several as a cluster, that can be killed and started again one by one. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { propertyOf, textOf } from "../../domain/unknown";
import { freePort, NATS_SERVER } from "./servers";
import { until } from "./until";

export interface ClusterOptions {
	/** @default 3; one alone is no cluster */
	readonly servers?: number;
	/** Lines of configuration that all of them have, as accounts. */
	readonly config?: string;
	/** Lines within `jetstream { … }`. @default sync_interval: always */
	readonly jetstream?: string;
	/** Where they keep what they store, a folder each in it. @default one of its own, gone at the end */
	readonly folder?: string;
}

export interface NatsServer {
	/** As JetStream calls it, where it says who leads. */
	readonly name: string;
	readonly url: string;
	readonly folder: string;
	/** As the kernel would, unless another signal is named. */
	kill(signal?: NodeJS.Signals): Promise<void>;
	/** Again, on the same ports, with what it had stored; resolves as soon as it listens. */
	start(): Promise<void>;
	/** Sends a signal, and waits for nothing: SIGSTOP, SIGCONT. */
	signal(signal: NodeJS.Signals): void;
}

export interface NatsCluster extends AsyncDisposable {
	/** All of them, as `TRANSPORTER` names them. */
	readonly url: string;
	readonly servers: readonly NatsServer[];
	/** The server that leads the stream; undefined while none does. */
	leaderOf(stream: string): Promise<NatsServer | undefined>;
	/** All that run have JetStream, and one leads them. */
	ready(): Promise<void>;
}

/** Started, and JetStream ready. The first call needs `scripts/servers.sh`. */
export async function startNatsCluster(options: ClusterOptions = {}): Promise<NatsCluster> {
	const root = options.folder ?? mkdtempSync(join(tmpdir(), "banyan-nats-"));
	const ports = await Promise.all(Array.from({ length: options.servers ?? 3 }, freePorts));
	const servers = ports.map((_, at) => new JetStreamServer(root, ports, at, options));
	const cluster = new RunningCluster(servers, options.folder === undefined ? root : undefined);
	try {
		await Promise.all(servers.map(server => server.start()));
		await cluster.ready();
		return cluster;
	} catch (error) {
		await cluster[Symbol.asyncDispose]();
		throw error;
	}
}

interface Ports {
	readonly client: number;
	readonly routes: number;
	readonly monitoring: number;
}

const freePorts = async (): Promise<Ports> => ({
	client: await freePort(),
	routes: await freePort(),
	monitoring: await freePort()
});

/** A cluster's file of configuration for one of its servers. */
function configOf(folder: string, ports: readonly Ports[], at: number, { config, jetstream }: ClusterOptions): string {
	const { client, routes, monitoring } = ports[at] ?? { client: 0, routes: 0, monitoring: 0 };
	const others = ports.map(each => `nats://127.0.0.1:${each.routes}`).join(", ");
	const cluster = `cluster { name: banyan, listen: "127.0.0.1:${routes}", routes: [${others}] }`;
	return [
		`server_name: n${at + 1}`,
		`listen: "127.0.0.1:${client}"`,
		`http: "127.0.0.1:${monitoring}"`,
		`jetstream { store_dir: "${folder}", max_mem: 64MB, max_file: 1GB, ${jetstream ?? "sync_interval: always"} }`,
		...(ports.length > 1 ? [cluster] : []),
		config ?? ""
	].join("\n");
}

class JetStreamServer implements NatsServer {
	readonly name: string;
	readonly url: string;
	readonly folder: string;
	private readonly file: string;
	private readonly monitoring: string;
	private child: ChildProcess | undefined;
	private said = "";

	constructor(root: string, ports: readonly Ports[], at: number, options: ClusterOptions) {
		this.name = `n${at + 1}`;
		this.folder = join(root, this.name);
		this.file = `${this.folder}.conf`;
		this.url = `nats://127.0.0.1:${ports[at]?.client}`;
		this.monitoring = `http://127.0.0.1:${ports[at]?.monitoring}`;
		mkdirSync(this.folder, { recursive: true });
		writeFileSync(this.file, configOf(this.folder, ports, at, options));
	}

	get runs(): boolean {
		return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
	}

	async start(): Promise<void> {
		if (this.runs) return;
		const child = spawn(NATS_SERVER, ["-c", this.file], { stdio: ["ignore", "ignore", "pipe"] });
		this.child = child;
		this.said = "";
		await new Promise<void>((resolve, reject) => {
			child.once("error", () => reject(new Error(`There is no ${NATS_SERVER}: run scripts/servers.sh.`)));
			child.once("exit", () => reject(new Error(`nats-server did not start: ${this.said}`)));
			child.stderr.on("data", (line: Buffer) => {
				const said = `${this.said}${line}`;
				// Much may come at once, and this not at its end.
				if (said.includes("Server is ready")) resolve();
				this.said = said.slice(-2000);
			});
		});
	}

	async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
		const { child } = this;
		if (!child || !this.runs) return;
		const ended = once(child, "exit");
		child.kill(signal);
		await ended;
	}

	signal(signal: NodeJS.Signals): void {
		this.child?.kill(signal);
	}

	/** What its monitoring answers; undefined where it does not. */
	async asked(path: string): Promise<unknown> {
		try {
			const answer = await fetch(`${this.monitoring}${path}`, { signal: AbortSignal.timeout(2_000) });
			return answer.ok ? await answer.json() : undefined;
		} catch {
			return undefined;
		}
	}
}

class RunningCluster implements NatsCluster {
	readonly url: string;

	constructor(
		readonly servers: readonly JetStreamServer[],
		private readonly own: string | undefined
	) {
		this.url = `nats://${servers.map(({ url }) => url.replace("nats://", "")).join(",")}`;
	}

	async ready(): Promise<void> {
		const running = this.servers.filter(({ runs }) => runs);
		for (const server of running)
			await until(async () => (await server.asked("/healthz")) !== undefined, `${server.name} is healthy`);
	}

	async leaderOf(stream: string): Promise<NatsServer | undefined> {
		for (const server of this.servers) if (server.runs && (await leads(server, stream))) return server;
		return undefined;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await Promise.all(this.servers.map(server => server.kill()));
		if (this.own !== undefined) rmSync(this.own, { recursive: true, force: true });
	}
}

/** Does this server lead the stream? Each says so of itself; of another it may not have heard yet. */
async function leads(server: JetStreamServer, stream: string): Promise<boolean> {
	const accounts = propertyOf(await server.asked("/jsz?streams=true&accounts=true"), "account_details");
	const streams = listOf(accounts).flatMap(account => listOf(propertyOf(account, "stream_detail")));
	const found = streams.find(each => textOf(each, "name") === stream);
	const cluster = propertyOf(found, "cluster");
	return found !== undefined && (cluster === undefined || textOf(cluster, "leader") === server.name);
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
