/** A real Prometheus for a test, on a port of its own, and what is asked of it. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./servers";
import { until } from "./until";

/** One series of an answer, and its value now. */
export interface Sample {
	readonly metric: Readonly<Record<string, string>>;
	readonly value: readonly [at: number, value: string];
}

export interface Alert {
	readonly labels: Readonly<Record<string, string>>;
	readonly annotations: Readonly<Record<string, string>>;
	readonly state: "pending" | "firing";
}

export interface Prometheus extends AsyncDisposable {
	readonly url: string;
	/** @throws what it says of a query that it does not take */
	query(expr: string): Promise<readonly Sample[]>;
	alerts(): Promise<readonly Alert[]>;
	/** By instance, whether it is reached. */
	targets(): Promise<ReadonlyMap<string, string>>;
	/** The names of all rules that it evaluates. */
	loaded(): Promise<readonly string[]>;
	/** Those that fire, by name. */
	firing(name: string): Promise<readonly Alert[]>;
}

/** @param config of one that will listen there */
export async function startPrometheus(config: (port: number) => string): Promise<Prometheus> {
	const [folder, port] = [mkdtempSync(join(tmpdir(), "banyan-prometheus-")), await freePort()];
	const file = join(folder, "prometheus.yml");
	writeFileSync(file, config(port));
	const flags = [`--config.file=${file}`, `--storage.tsdb.path=${join(folder, "data")}`, "--log.level=error"];
	const child = spawn("prometheus", [...flags, `--web.listen-address=127.0.0.1:${port}`], { stdio: "inherit" });
	const prometheus = asked(`http://127.0.0.1:${port}`, child, folder);
	try {
		await until(() => isReady(prometheus.url, child), "Prometheus is ready");
		return prometheus;
	} catch (error) {
		await prometheus[Symbol.asyncDispose]();
		throw error;
	}
}

/** @throws where it ended */
async function isReady(url: string, child: ChildProcess): Promise<boolean> {
	if (child.exitCode !== null) throw new Error("Prometheus did not start: run scripts/servers.sh.");
	return fetch(`${url}/-/ready`).then(
		({ ok }) => ok,
		() => false
	);
}

/** What runs already, by its address. */
export function prometheusAt(url: string): Omit<Prometheus, typeof Symbol.asyncDispose> {
	const ask = async (path: string): Promise<unknown> => {
		const { status, data, error } = (await (await fetch(`${url}/api/v1/${path}`)).json()) as Answer;
		if (status !== "success") throw new Error(`${path}: ${error}`);
		return data;
	};
	const alerts = async () => ((await ask("alerts")) as { readonly alerts: readonly Alert[] }).alerts;
	return {
		url,
		alerts,
		query: async expr =>
			((await ask(`query?query=${encodeURIComponent(expr)}`)) as { readonly result: readonly Sample[] }).result,
		targets: async () => {
			const { activeTargets } = (await ask("targets?state=active")) as { readonly activeTargets: readonly Target[] };
			return new Map(activeTargets.map(({ labels, health }) => [String(labels.instance), health]));
		},
		loaded: async () => {
			const { groups } = (await ask("rules")) as { readonly groups: readonly Group[] };
			return groups.flatMap(({ rules }) => rules.map(({ name }) => name));
		},
		firing: async name =>
			(await alerts()).filter(({ labels, state }) => labels.alertname === name && state === "firing")
	};
}

interface Answer {
	readonly status: string;
	readonly data: unknown;
	readonly error?: string;
}
interface Group {
	readonly rules: readonly { readonly name: string }[];
}
interface Target {
	readonly labels: Readonly<Record<string, string>>;
	readonly health: string;
}

function asked(url: string, child: ChildProcess, folder: string): Prometheus {
	return {
		...prometheusAt(url),
		[Symbol.asyncDispose]: async () => {
			if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
				child.kill("SIGKILL");
				await once(child, "exit");
			}
			rmSync(folder, { recursive: true, force: true });
		}
	};
}
