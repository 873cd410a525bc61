/** TCP proxies of our own: what comes in goes on later, or waits, as in a network that loses everything for a while. */

import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { Wires } from "./wires";

type State = { delayMs: number; isCut: boolean };

/** One for each of these servers of the loopback. */
export async function openOwnWires(servers: readonly number[], freePort: () => Promise<number>): Promise<Wires> {
	const state: State = { delayMs: 0, isCut: false };
	const ends = new Set<Socket>();
	const ports = new Map<number, number>();
	const proxies: Server[] = [];
	for (const server of servers) {
		const proxy = createServer(client => join(client, connect(server, "127.0.0.1"), state, ends));
		const port = await freePort();
		proxy.listen(port, "127.0.0.1");
		await once(proxy, "listening");
		proxies.push(proxy);
		ports.set(server, port);
	}
	const turn = (isCut: boolean): void => {
		state.isCut = isCut;
		for (const end of ends) isCut ? end.pause() : end.resume();
	};
	return {
		portTo: server => ports.get(server) ?? server,
		delay: async ms => {
			state.delayMs = ms;
		},
		cut: async () => turn(true),
		mend: async () => {
			state.delayMs = 0;
			turn(false);
		},
		[Symbol.asyncDispose]: async () => {
			for (const end of ends) end.destroy();
			await Promise.all(proxies.map(proxy => new Promise(resolve => proxy.close(resolve))));
		}
	};
}

function join(client: Socket, server: Socket, state: State, ends: Set<Socket>): void {
	const both = [
		[client, server],
		[server, client]
	] as const;
	for (const [from, to] of both) {
		ends.add(from);
		if (state.isCut) from.pause();
		from.on("data", chunk => void setTimeout(() => to.write(chunk), state.delayMs));
		from.on("error", () => to.destroy());
		from.on("close", () => {
			ends.delete(from);
			setTimeout(() => to.destroy(), state.delayMs);
		});
	}
}
