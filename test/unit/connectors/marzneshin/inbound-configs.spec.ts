import { inboundsFor } from "../../../../connectors/marzneshin/inbound-configs";

const inbound = (tag: string, port: number, more: object = {}) => ({ tag, port, protocol: "vless", ...more });
const config = (node: string, ...inbounds: unknown[]) => ({ node, config: JSON.stringify({ log: {}, inbounds }) });
const tagsOf = (found: ReturnType<typeof inboundsFor>) => found.items.map(({ tag }) => tag);

describe("the inbounds that a target lacks", () => {
	it("are found in the configs of several nodes, only those asked for, as they are", () => {
		const a = inbound("A", 1, { streamSettings: { realitySettings: { privateKey: "secret", shortIds: ["ab"] } } });
		const found = inboundsFor(["A", "C"], [config("de", a, inbound("B", 2)), config("nl", inbound("C", 3))]);
		expect(found).toEqual({ items: [a, inbound("C", 3)], notes: [] });
	});

	it("come once, where nodes define a tag alike, in whatever order of keys", () => {
		const same = { protocol: "vless", port: 1, tag: "A" };
		expect(inboundsFor(["A", "A"], [config("de", inbound("A", 1)), config("nl", same)])).toEqual({
			items: [inbound("A", 1)],
			notes: []
		});
	});

	it("are the first node's where others define the tag otherwise, and that is said without a word of them", () => {
		const nodes = [config("de", inbound("A", 1, { key: "k1" })), config("nl", inbound("A", 1, { key: "k2" }))];
		const found = inboundsFor(["A"], nodes);
		expect(found.items).toEqual([inbound("A", 1, { key: "k1" })]);
		expect(found.notes).toEqual(["'A' is de's, and is defined otherwise on nl"]);
	});

	it("two that would listen on one port are named", () => {
		const found = inboundsFor(["A", "B"], [config("de", inbound("A", 443)), config("nl", inbound("B", 443))]);
		expect(tagsOf(found)).toEqual(["A", "B"]);
		expect(found.notes).toEqual(["'A' and 'B' listen on one port: they cannot both run on one server"]);
	});

	it("are read where an operator left comments, and slashes in texts stay", () => {
		const text = `{ // mine
			"inbounds": [ /* the "one" */ { "tag": "A", "port": 1, "path": "//x#y" } ] # end
		}`;
		expect(inboundsFor(["A"], [{ node: "de", config: text }]).items).toEqual([{ tag: "A", port: 1, path: "//x#y" }]);
	});

	it.each(["", "privateKey: x", "null", "[1]", '{"inbounds": 5}', '{"inbounds": [{"tag": "A" '])(
		"of a config that is none (%j), the node is named and the others are read",
		broken => {
			const found = inboundsFor(["A"], [{ node: "de", config: broken }, config("nl", inbound("A", 1))]);
			expect(tagsOf(found)).toEqual(["A"]);
			expect(found.notes).toEqual(["the config of de is no xray config in JSON"]);
		}
	);

	it("entries without a tag are passed over; tags that nobody has are named", () => {
		const found = inboundsFor(["A", "Z"], [config("de", null, 5, { port: 1 }, inbound("A", 1)), config("nl")]);
		expect(tagsOf(found)).toEqual(["A"]);
		expect(found.notes).toEqual(["no config that could be read has 'Z'"]);
	});
});
