/** Real servers for the tests: started on a free port of the loopback, stopped when their scope ends. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";

/** A port that is free now, below the range that the kernel gives away by itself. */
export async function freePort(): Promise<number> {
	for (;;) {
		const port = 20_000 + Math.floor(Math.random() * 12_000);
		const server = createServer();
		const free = await new Promise<boolean>(resolve => {
			server.once("error", () => resolve(false));
			server.listen(port, "127.0.0.1", () => resolve(true));
		});
		await new Promise(resolve => server.close(resolve));
		if (free) return port;
	}
}

export interface Nats extends AsyncDisposable {
	readonly url: string;
	/** As the kernel would. */
	kill(): Promise<void>;
}

/** nats-server as `scripts/servers.sh` installs it. */
export async function startNats(more: readonly string[] = []): Promise<Nats> {
	const port = await freePort();
	const binary = join(__dirname, "..", "..", ".cache", "nats", "bin", "nats-server");
	const child = spawn(binary, ["--addr", "127.0.0.1", "--port", String(port), ...more], {
		stdio: ["ignore", "ignore", "pipe"]
	});
	const kill = async (): Promise<void> => {
		if (child.exitCode !== null || child.signalCode !== null) return;
		child.kill("SIGKILL");
		await once(child, "exit");
	};
	await new Promise<void>((resolve, reject) => {
		child.once("error", () => reject(new Error(`There is no ${binary}: run scripts/servers.sh.`)));
		child.once("exit", () => reject(new Error("nats-server did not start.")));
		child.stderr.on("data", (line: Buffer) => line.includes("Server is ready") && resolve());
	});
	return { url: `nats://127.0.0.1:${port}`, kill, [Symbol.asyncDispose]: kill };
}
