/** The servers that tests start answer, also after kill -9, and are gone with their scope. */

import { connect } from "node:net";
import { type DataServer, startMongo, startRedis } from "../support/servers";
import { until } from "../support/until";

const isListening = (port: number): Promise<boolean> =>
	new Promise(resolve => {
		const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
		socket.on("connect", () => socket.destroy());
	});

it.each<[string, () => Promise<DataServer>]>([
	["a MongoDB-compatible one", startMongo],
	["Redis", startRedis]
])("%s", async (_, start) => {
	let port: number;
	{
		await using server = await start();
		({ port } = server);
		await server.kill();
		expect(await isListening(port)).toBe(false);
		await server.again();
		expect(await isListening(port)).toBe(true);
	}
	await until(async () => !(await isListening(port)), "it is gone");
});
