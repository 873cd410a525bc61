/** Streamed answers: who takes nothing of one is not waited for without end. */

import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { Broker } from "../../../cluster";
import { setCall } from "../../../services/platform/gateway/call";
import { follow, Streams, writeLines } from "../../../services/platform/gateway/streams";
import { Wakes } from "../../../services/platform/gateway/wakes";

const STALL = 1;
let stalled = 0;
/** Whatever is asked, there is more of it. */
const broker = {
	metrics: { increment: () => stalled++ },
	options: { settings: { contracts: { gateway: { streamStall: STALL } } } },
	call: async (action: string) =>
		action === "migration.status"
			? {}
			: { lines: Array.from({ length: 500 }, (_, id) => ({ id: `${id}`, says: "x".repeat(1000) })), next: "1" }
} as unknown as Broker;

const LOG = {
	action: "migration.log",
	live: { wakes: "migration.progressed", by: "name", line: "log", state: "migration.status" }
};
const WAYS = {
	"a report": (req: never, res: never) => writeLines(broker, "migration.report", req, res),
	"a live log": (req: never, res: never) => follow(broker, new Wakes(), LOG, req, res)
};

it.each(Object.entries(WAYS))("%s that is never read ends, and frees its place", async (_, write) => {
	const streams = new Streams({ streams: 10, streamsEach: 1 });
	const ended = Promise.withResolvers<unknown>();
	const server = createServer((req, res) => {
		Object.assign(req, { $params: { name: "panel" } });
		setCall(req, { key: { id: "one" } } as never);
		streams
			.for(req as never, () => write(req as never, res as never))
			.then(
				() => ended.resolve("ended"),
				error => ended.resolve(error)
			);
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
	socket.pause();
	socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
	const before = stalled;
	await ended.promise;
	expect(stalled).toBe(before + 1);
	let isFree = false;
	const asked = { headers: {} } as never;
	setCall(asked, { key: { id: "one" } } as never);
	await streams.for(asked, async () => {
		isFree = true;
	});
	expect(isFree).toBe(true);
	socket.destroy();
	server.close();
});
