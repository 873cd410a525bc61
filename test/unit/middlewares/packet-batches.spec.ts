import { setImmediate as nextTurn } from "node:timers/promises";
import { unframed } from "../../../adapters/packet-frame";
import { Batches, type Message } from "../../../middlewares/packet-batches";

const packet = (type: string, target: string | null, id: string) => ({ packet: { type, target, payload: { id } } });
function open(refuse = false) {
	const sent: Message[] = [];
	const batches = new Batches(message => {
		if (refuse) throw new Error("closed");
		sent.push(message);
	});
	const add = (type: string, target: string | null, id: string, text = id): Promise<unknown> =>
		batches.add(`${type}.${target ?? ""}`, Buffer.from(text), packet(type, target, id));
	const said = (): string[] =>
		sent.map(({ topic, data, packets }) => `${topic}: ${packets > 1 ? unframed(data).join(" ") : data}`);
	return { sent, add, said };
}

describe("packets of one turn", () => {
	it("go to each node in one message, in their order", async () => {
		const { add, said, sent } = open();
		const all = [add("REQ", "a", "1"), add("REQ", "b", "2"), add("REQ", "a", "3"), add("RES", "a", "4")];
		expect(said()).toEqual([]);
		await Promise.all(all);
		expect(said()).toEqual(["REQ.a: 1 3", "REQ.b: 2", "RES.a: 4"]);
		expect(sent.map(({ ids }) => ids)).toEqual([["1", "3"], ["2"], []]);
		await add("REQ", "a", "5");
		expect(said().at(-1)).toBe("REQ.a: 5");
	});

	it("go before whatever is sent after them and waits for nothing", () => {
		const { add, said } = open();
		void add("RES", "a", "1");
		void add("RES", "a", "2");
		void add("DISCONNECT", null, "", "bye");
		expect(said()).toEqual(["RES.a: 1 2", "DISCONNECT.: bye"]);
	});

	it("go by themselves where they are large or for everybody, and no message is too large", async () => {
		const { add, sent, said } = open();
		void add("RES", "a", "1", "x".repeat(20_000));
		void add("EVENT", null, "2");
		expect(said()).toHaveLength(2);
		for (let n = 0; n < 30; n++) void add("RES", "a", `${n}`, "y".repeat(15_000));
		await nextTurn();
		expect(Math.max(...sent.map(({ data }) => data.length))).toBeLessThan(200_000);
		expect(sent.reduce((sum, { packets }) => sum + packets, 0)).toBe(32);
	});

	it("that cannot be sent are all told so", async () => {
		const { add } = open(true);
		const all = await Promise.allSettled([add("REQ", "a", "1"), add("REQ", "a", "2")]);
		expect(all.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
	});
});
