/** The connector on the sample Marzneshin, which answers as the real one was seen to, traps included. */

import type { Source } from "../../connectors/connector";
import { openMarzneshin } from "../../connectors/marzneshin";
import type { Connection } from "../../contracts/migration/records";
import { startMarzneshin } from "../../demo/panels/marzneshin";
import type { Panel } from "../../demo/panels/panel";

const connect = (url: string, more: Record<string, string | number> = {}): Connection => ({
	connector: "marzneshin",
	url,
	username: "admin",
	password: "admin123",
	retryBaseMs: 1,
	...more
});

let panel: Panel;
let source: Source;
beforeEach(async () => {
	panel = await startMarzneshin({ loginMs: 1 });
	source = openMarzneshin(connect(panel.url));
});
afterEach(async () => {
	await source.close();
	await panel.close();
});

describe("the definitions of inbounds", () => {
	const asked = () => panel.requests["GET /api/nodes/:id/:backend/config"] ?? 0;
	const give = (node: number, inbounds: object[]) =>
		panel.db
			.prepare("INSERT INTO node_configs VALUES (?, 'xray', ?)")
			.run(node, JSON.stringify({ inbounds, outbounds: [] }));

	test("come from the nodes that serve them, and from no other", async () => {
		const websocket = { tag: "VMess Websocket", port: 18081, streamSettings: { tlsSettings: { key: ["k"] } } };
		give(2, [websocket, { tag: "VMess TCP", port: 1 }]);
		expect(await source.inbounds?.(["VMess Websocket"])).toEqual({ inbounds: [websocket], notes: [] });
		expect(asked()).toBe(1);
	});

	test("of a node that is not connected cannot be read: that is said, with its name", async () => {
		const found = await source.inbounds?.(["VMess Websocket"]);
		expect(found?.inbounds).toEqual([]);
		expect(found?.notes).toEqual([
			"the config of node-de cannot be read: GET /api/nodes/2/xray/config answered 502 (Node isn't responsive)",
			"no config that could be read has 'VMess Websocket'"
		]);
	});
});
