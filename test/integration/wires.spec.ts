/** Ways that can be cut and made slow: our own proxy and toxiproxy do the same. */

import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { openOwnWires } from "../../local/chaos/own-wires";
import { openToxiproxy } from "../../local/chaos/toxiproxy";
import type { Wires } from "../../local/chaos/wires";
import { freePort } from "../../local/ports";
import { until } from "../support/until";

const TOXIPROXY = join(__dirname, "..", "..", ".cache", "toxiproxy", "bin", "server");
const KINDS: readonly (readonly [string, (server: number) => Promise<Wires>])[] = [
	["our own", server => openOwnWires([server], freePort)],
	// Where there is no Go, it is not installed.
	...(existsSync(TOXIPROXY)
		? [["toxiproxy", (server: number) => openToxiproxy(TOXIPROXY, [server], freePort, {})] as const]
		: [])
];

/** A server that says again what it hears. */
async function echoing(): Promise<{ port: number } & AsyncDisposable> {
	const sockets = new Set<Socket>();
	const server = createServer(socket => {
		sockets.add(socket);
		socket.on("error", () => undefined);
		socket.pipe(socket);
	});
	const port = await freePort();
	server.listen(port, "127.0.0.1");
	await once(server, "listening");
	return {
		port,
		[Symbol.asyncDispose]: async () => {
			for (const socket of sockets) socket.destroy();
			server.close();
		}
	};
}

/** Says something over a connection of its own; answers how long the echo took. */
async function said(port: number, limitMs: number): Promise<number | "nothing"> {
	const began = performance.now();
	const socket = connect(port, "127.0.0.1");
	socket.on("error", () => undefined);
	try {
		socket.write("hello");
		return await Promise.race([
			once(socket, "data").then(() => performance.now() - began),
			new Promise<"nothing">(resolve => setTimeout(() => resolve("nothing"), limitMs))
		]);
	} finally {
		socket.destroy();
	}
}

describe.each(KINDS)("%s", (_name, open) => {
	it("lets through, takes longer, lets nothing through, and is as it was", async () => {
		await using server = await echoing();
		await using wires = await open(server.port);
		const port = wires.portTo(server.port);
		expect(await said(port, 60_000)).not.toBe("nothing");
		await wires.delay(200);
		expect(await said(port, 60_000)).toBeGreaterThanOrEqual(150);
		await wires.mend();
		await wires.cut();
		expect(await said(port, 500)).toBe("nothing");
		await wires.mend();
		await until(async () => (await said(port, 1_000)) !== "nothing", "what is mended lets through");
	});
});
