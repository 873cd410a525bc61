/** A server that stood still, and closes what looks idle: what came meanwhile is answered. The client lives in a thread of its own. */

import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Worker } from "node:worker_threads";
import { closeIdle } from "../../adapters/idle-connections";
import { closed } from "../../services/platform/gateway/listening";

/** Writes a request when it is told to, says so in shared memory, and reports how it ended. */
const CLIENT = `
const { parentPort, workerData: { port, said } } = require("node:worker_threads");
const { connect } = require("node:net");
const told = new Int32Array(said);
const request = "GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n";
let socket;
const open = done => {
	socket = connect(port, "127.0.0.1", done);
	socket.on("data", data => parentPort.postMessage(String(data).slice(0, 12)));
	socket.on("error", error => parentPort.postMessage(error.code));
	socket.on("close", () => parentPort.postMessage("closed"));
};
const wrote = () => { Atomics.store(told, 0, 1); Atomics.notify(told, 0); };
const write = () => socket.write(request, wrote);
parentPort.on("message", word => {
	if (word === "warm") open(() => socket.write(request));
	if (word === "again") write();
	if (word === "new") open(write);
	if (word === "end") process.exit();
});
`;

let server: Server;
let client: Worker;
let told: Int32Array;
beforeEach(async () => {
	server = createServer((_, res) => res.end("x"));
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const said = new SharedArrayBuffer(4);
	told = new Int32Array(said);
	const { port } = server.address() as AddressInfo;
	client = new Worker(CLIENT, { eval: true, workerData: { port, said } });
});
afterEach(async () => {
	await client.terminate();
	server.closeAllConnections();
	server.close();
});

/** This process does nothing at all until the client has written. */
const standStill = (word: string): void => {
	client.postMessage(word);
	Atomics.wait(told, 0, 0);
};
const answer = async (): Promise<unknown> => (await once(client, "message"))[0];

it("the next request on an idle connection is answered", async () => {
	client.postMessage("warm");
	expect(await answer()).toBe("HTTP/1.1 200");
	const next = answer();
	standStill("again");
	await closeIdle(server);
	expect(await next).toBe("HTTP/1.1 200");
	await closeIdle(server);
	expect(await answer()).toBe("closed");
});

it("a request on a connection that nobody accepted yet is answered by a server that is told to stop", async () => {
	const first = answer();
	standStill("new");
	const over = closed(server, { graceMs: 10_000, isAlone: true, shut: () => undefined });
	expect(await first).toBe("HTTP/1.1 200");
	await over;
});
