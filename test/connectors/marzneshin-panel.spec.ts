/** The connector on the sample Marzneshin, which answers as the real one was seen to, traps included. */

import type { Page, Source } from "../../connectors/connector";
import { openMarzneshin } from "../../connectors/marzneshin";
import type { Connection, SourceRecord } from "../../contracts/migration/records";
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
		expect(await source.artefacts?.("inbounds", ["VMess Websocket"])).toEqual({ items: [websocket], notes: [] });
		expect(asked()).toBe(1);
	});

	test("of a node that is not connected cannot be read: that is said, with its name", async () => {
		const found = await source.artefacts?.("inbounds", ["VMess Websocket"]);
		expect(found?.items).toEqual([]);
		expect(found?.notes).toEqual([
			"the config of node-de cannot be read: GET /api/nodes/2/xray/config answered 502 (Node isn't responsive)",
			"no config that could be read has 'VMess Websocket'"
		]);
	});
});

describe("rows that the panel cannot show", () => {
	const rename = (id: number, name: string) =>
		panel.db.prepare("UPDATE users SET username = ? WHERE id = ?").run(name, id);
	const lists = () => panel.requests["GET /api/users"] ?? 0;
	const readAll = async (size: number): Promise<SourceRecord[]> => {
		const records: SourceRecord[] = [];
		let cursor: string | null = null;
		do {
			const page: Page<SourceRecord> = await source.read("users", cursor, size);
			records.push(...page.records);
			cursor = page.next;
		} while (cursor !== null);
		return records;
	};
	const lostOf = (records: readonly SourceRecord[]) => records.filter(({ quarantine }) => quarantine);

	test.each([100, 97, 1])("one in a page of %d is told by its row; all others are read", async size => {
		const whole = await readAll(100);
		const { id, name } = whole[137] as SourceRecord;
		rename(Number(id), `${name}-`);
		const before = lists();
		const records = await readAll(size);
		const [lost, ...more] = lostOf(records);
		expect(more).toEqual([]);
		expect(lost).toMatchObject({
			id: "unreadable:1",
			name: "row 138 by name",
			quarantine: { category: "source_unreadable", reason: expect.stringContaining("OFFSET 137)") }
		});
		if (size > 1) expect(lost?.quarantine?.reason).toContain(`after '${whole[136]?.name}' and before '`);
		const others = records.filter(({ quarantine }) => !quarantine).map(each => each.id);
		expect(others.sort()).toEqual(
			whole
				.map(each => each.id)
				.filter(each => each !== id)
				.sort()
		);
		// Two full tries less than: pages, three tries of the page, of its blocks, of the row, and three looks at the total.
		if (size > 1) expect(lists() - before).toBeLessThan(whole.length / size + 2 + 3 + 2 * 14 + 3);
	});

	test("several, also side by side and over a page's end, are numbered through the listing", async () => {
		const whole = await readAll(100);
		for (const row of [0, 98, 99, 100, 700]) rename(Number(whole[row]?.id), `${whole[row]?.name}-`);
		const records = await readAll(100);
		expect(records).toHaveLength(whole.length);
		expect(lostOf(records).map(({ id, name }) => `${id} ${name}`)).toEqual([
			"unreadable:1 row 1 by name",
			"unreadable:2 row 99 by name",
			"unreadable:3 row 100 by name",
			"unreadable:4 row 101 by name",
			"unreadable:5 row 701 by name"
		]);
		expect(await source.count("users")).toBe(whole.length);
	});

	test("neither a check nor a search stumbles over them", async () => {
		rename(1, "a-");
		rename(2, "ABC.x");
		panel.db.exec("UPDATE users SET username = 'MixedAbcCase' WHERE id = 3");
		const check = await source.check();
		expect([check.ok, check.facts.authAlgorithm]).toEqual([true, "xxh128"]);
		expect(await source.find("users", "mixedabccase")).toMatchObject({ id: "3" });
	});

	test("more than twenty stop it", async () => {
		panel.db.exec("UPDATE users SET username = username || '-' WHERE id <= 21 AND NOT removed");
		await expect(readAll(100)).rejects.toMatchObject({ code: "broken", message: expect.stringContaining("500") });
	});

	test("a panel that answers 500 whatever it is asked has no unreadable rows", async () => {
		panel.setFaults({ rate: 1, kinds: ["error"] });
		await expect(source.read("users", null, 100)).rejects.toMatchObject({ code: "broken" });
		expect(lists()).toBeLessThan(10);
	});
});
