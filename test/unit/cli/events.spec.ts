import { eventsOf } from "../../../cli/events";

async function* chunks(text: string, size: number): AsyncGenerator<Uint8Array> {
	const bytes = Buffer.from(text);
	for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
const all = async (text: string, size = 1000): Promise<unknown[]> => {
	const found: unknown[] = [];
	for await (const event of eventsOf(chunks(text, size))) found.push(event);
	return found;
};

describe("server-sent events", () => {
	const text =
		'retry: 2000\n\nid: 1\nevent: log\ndata: {"a":"ü"}\n\n: alive\n\r\nid: 2\r\ndata:x\r\ndata: y\r\n\r\ndata: cut off';

	it.each([1, 2, 3, 7, 1000])("are the same however they are cut, here by %i bytes", async size => {
		expect(await all(text, size)).toEqual([
			{ id: "1", event: "log", data: '{"a":"ü"}' },
			{ id: "2", event: "message", data: "x\ny" }
		]);
	});

	it("keep the last id that was said", async () => {
		expect(await all("id: 7\ndata: a\n\ndata: b\n\n")).toMatchObject([{ id: "7" }, { id: "7" }]);
	});

	it("of no end are refused", async () => {
		await expect(all(`data: ${"x".repeat(2 ** 23)}`, 2 ** 20)).rejects.toThrow("too long");
	});
});
