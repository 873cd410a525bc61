/** A way to a server that can be cut at a moment of one's choice: before what is asked arrives, or before it is answered. */

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface CuttingProxy extends AsyncDisposable {
	readonly port: number;
	/** What holds `word` next is the last thing: it does not arrive, or its answer does not. */
	cutAt(word: string, when: "before" | "after"): void;
	/** How often it was cut. */
	readonly cuts: number;
}

export async function startCuttingProxy(port: number): Promise<CuttingProxy> {
	let armed: { readonly word: string; readonly when: "before" | "after" } | undefined;
	let cuts = 0;
	const cut = (socket: Socket): void => {
		cuts += 1;
		armed = undefined;
		socket.destroy();
	};
	const server = createServer(client => {
		const upstream = connect(port, "127.0.0.1");
		let deaf = false;
		client.on("data", text => {
			const meets = armed !== undefined && text.includes(armed.word);
			if (meets && armed?.when === "before") return cut(client);
			deaf ||= meets;
			upstream.write(text);
		});
		upstream.on("data", text => (deaf ? cut(client) : client.write(text)));
		for (const [one, other] of [
			[client, upstream],
			[upstream, client]
		] as const) {
			one.on("close", () => other.destroy());
			one.on("error", () => other.destroy());
		}
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	return {
		port: (server.address() as AddressInfo).port,
		cutAt: (word, when) => {
			armed = { word, when };
		},
		get cuts() {
			return cuts;
		},
		[Symbol.asyncDispose]: async () => void server.close()
	};
}
