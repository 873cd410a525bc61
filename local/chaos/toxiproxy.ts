/** The same by toxiproxy, a proxy that was made for this (https://github.com/Shopify/toxiproxy). */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Wires } from "./wires";

interface Made {
	readonly name: string;
	readonly port: number;
}

/** @param program as `scripts/servers.sh` installs it @param mark variables by which it is found */
export async function openToxiproxy(
	program: string,
	servers: readonly number[],
	freePort: () => Promise<number>,
	mark: Readonly<Record<string, string>>
): Promise<Wires> {
	const port = await freePort();
	const child = spawn(program, ["-host", "127.0.0.1", "-port", String(port)], { stdio: "ignore", env: { ...mark } });
	const api = async (method: string, path: string, body?: object): Promise<void> => {
		const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
			method,
			...(body && { body: JSON.stringify(body) })
		});
		if (!answer.ok) throw new Error(`toxiproxy: ${method} ${path}: ${answer.status} ${await answer.text()}`);
	};
	await answering(child, () => api("GET", "/version"));
	const ports = new Map<number, Made>();
	for (const server of servers) {
		const made = { name: `to-${server}`, port: await freePort() };
		const [listen, upstream] = [`127.0.0.1:${made.port}`, `127.0.0.1:${server}`];
		await api("POST", "/proxies", { name: made.name, listen, upstream, enabled: true });
		ports.set(server, made);
	}
	const everywhere = (type: string, attributes: object): Promise<unknown> =>
		Promise.all(
			[...ports.values()].flatMap(({ name }) =>
				["upstream", "downstream"].map(stream =>
					api("POST", `/proxies/${name}/toxics`, { name: `${type}-${stream}`, type, stream, attributes })
				)
			)
		);
	return {
		portTo: server => ports.get(server)?.port ?? server,
		// Half of it each way.
		delay: async ms => void (await everywhere("latency", { latency: ms / 2 })),
		cut: async () => void (await everywhere("timeout", { timeout: 0 })),
		// What was sent meanwhile is lost within connections: they end with it.
		mend: () => api("POST", "/reset"),
		[Symbol.asyncDispose]: async () => {
			child.kill("SIGKILL");
			if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
		}
	};
}

const PATIENCE_MS = 10_000;

async function answering(child: ChildProcess, ask: () => Promise<void>): Promise<void> {
	for (const end = Date.now() + PATIENCE_MS; ; await sleep(50)) {
		const error = await ask().then(
			() => undefined,
			(thrown: Error) => thrown
		);
		if (!error) return;
		if (child.exitCode !== null || Date.now() > end) throw error;
	}
}
