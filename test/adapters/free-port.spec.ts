/** Whether a server could listen at a port is found out without anybody coming in meanwhile. */

import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { Worker } from "node:worker_threads";
import { checkFree } from "../../services/platform/gateway/listening";
import { freePort } from "../support/servers";

const HOST = "127.0.0.1";
/** In a thread of its own: tries as fast as it can, and says how often it was let in once it is told to stop. */
const CLIENT = `
const { parentPort, workerData: port } = require("node:worker_threads");
const { connect } = require("node:net");
let [isOver, isBegun, letIn] = [false, false, 0];
parentPort.on("message", () => { isOver = true; });
const next = () => {
	if (isOver) return parentPort.postMessage(letIn);
	const socket = connect(port, "${HOST}");
	socket.once("connect", () => { letIn++; socket.destroy(); });
	socket.once("error", () => undefined);
	socket.once("close", () => {
		if (!isBegun) parentPort.postMessage("begun");
		isBegun = true;
		setImmediate(next);
	});
};
next();
`;

it("clients that try all the time are refused, not cut off", async () => {
	const port = await freePort();
	const client = new Worker(CLIENT, { eval: true, workerData: port });
	await once(client, "message");
	for (let times = 0; times < 3_000; times++) await checkFree({ host: HOST, port });
	client.postMessage("stop");
	const [letIn] = await once(client, "message");
	await client.terminate();
	expect(letIn).toBe(0);
});

it("one that is taken is told, whoever has it", async () => {
	const server = createServer(socket => socket.destroy()).listen(0, HOST);
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	for (const host of [HOST, "0.0.0.0"])
		await expect(checkFree({ host, port })).rejects.toThrow(`Port ${port} on ${host} is taken`);
	server.close();
});

it("an address that is no address of this machine is told", async () => {
	await expect(checkFree({ host: "192.0.2.1", port: await freePort() })).rejects.toThrow(
		/cannot listen on 192\.0\.2\.1/
	);
});
