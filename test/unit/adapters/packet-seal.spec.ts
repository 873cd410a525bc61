import { randomBytes } from "node:crypto";
import { PacketSeal, type SealOptions, WINDOW_MS } from "../../../adapters/packet-seal";

const [ours, newer, theirs] = [randomBytes(32), randomBytes(32), randomBytes(32)] as const;
const clock = { wall: 1_800_000_000_000, up: 0 };
const pass = (ms: number): void => {
	clock.wall += ms;
	clock.up += ms;
};
const node = (nodeID: string, more: Partial<SealOptions> = {}): PacketSeal =>
	new PacketSeal({ keys: [ours], namespace: "spec", nodeID, now: () => clock.wall, uptime: () => clock.up, ...more });
const said = Buffer.from('{"action":"access.create","password":"hunter2"}');
const seen = (opened: Buffer | string): string => opened.toString("utf8");

describe("a sealed packet", () => {
	it("opens where it was sent to, and tells nothing on its way", () => {
		const [a, b] = [node("a"), node("b")];
		const packet = a.seal("REQ", "b", said);
		expect(packet.toString("latin1")).not.toMatch(/hunter2|access/);
		expect(seen(b.open("REQ", packet))).toBe(said.toString());
		expect(seen(b.open("INFO", a.seal("INFO", undefined, said)))).toBe(said.toString());
	});

	it("opens for nobody else, as no other kind, under no other key and in no other namespace", () => {
		const a = node("a");
		const packet = a.seal("REQ", "b", said);
		expect(node("c").open("REQ", packet)).toBe("foreign");
		for (const kind of ["EVENT", "RES", "INFO", "DISCONNECT", "HEARTBEAT"])
			expect([kind, node("b").open(kind, packet)]).toEqual([kind, "foreign"]);
		expect(node("b", { keys: [theirs] }).open("REQ", packet)).toBe("foreign");
		expect(node("b", { namespace: "other" }).open("REQ", packet)).toBe("foreign");
		const all = a.seal("INFO", undefined, said);
		all[1] = 1;
		expect(node("b").open("INFO", all)).toBe("foreign");
	});

	it("with any bit of it changed, cut or grown is refused", () => {
		const packet = node("a").seal("REQ", "b", said);
		const b = node("b");
		for (let at = 0; at < packet.length; at++) {
			const changed = Buffer.from(packet);
			changed[at] = (changed[at] as number) ^ (1 << (at % 8));
			expect([at, typeof b.open("REQ", changed)]).toEqual([at, "string"]);
		}
		for (let length = 0; length < packet.length; length++)
			expect(typeof b.open("REQ", packet.subarray(0, length))).toBe("string");
		expect(b.open("REQ", Buffer.concat([packet, Buffer.from([0])]))).toBe("foreign");
		// None of it was taken for the packet itself.
		expect(seen(b.open("REQ", packet))).toBe(said.toString());
	});

	it("is taken once, in whatever order they come", () => {
		const [a, b] = [node("a"), node("b")];
		const packets = Array.from({ length: 100 }, () => a.seal("EVENT", "b", said));
		for (const packet of packets.toReversed()) expect(seen(b.open("EVENT", packet))).toBe(said.toString());
		for (const packet of packets) expect(b.open("EVENT", packet)).toBe("replayed");
	});

	it("is taken within a minute, however the clocks differ by less", () => {
		const a = node("a");
		const b = node("b");
		pass(2 * WINDOW_MS);
		const packet = a.seal("REQ", "b", said);
		pass(WINDOW_MS);
		expect(seen(b.open("REQ", packet))).toBe(said.toString());
		const other = a.seal("REQ", "b", said);
		pass(WINDOW_MS + 1);
		expect(b.open("REQ", other)).toBe("late");
		const ahead = node("d", { now: () => clock.wall + WINDOW_MS + 1 }).seal("REQ", "b", said);
		expect(b.open("REQ", ahead)).toBe("early");
	});

	it("of before a node began is not taken by it, though it forgot what it took", () => {
		const a = node("a");
		const packet = a.seal("REQ", "b", said);
		expect(Buffer.isBuffer(node("b").open("REQ", packet))).toBe(true);
		pass(1);
		const again = node("b");
		expect(again.open("REQ", packet)).toBe("before");
		expect(seen(again.open("REQ", a.seal("REQ", "b", said)))).toBe(said.toString());
	});

	it("is heard again after a minute by a node whose clock was set back", () => {
		const b = node("b", { now: () => clock.wall - 3_600_000 * Number(clock.up > WINDOW_MS) });
		clock.up = WINDOW_MS + 1;
		const behind = node("a", { now: () => clock.wall - 3_600_000 });
		expect(seen(b.open("REQ", behind.seal("REQ", "b", said)))).toBe(said.toString());
	});

	it("opens under both keys while the key changes, step by step", () => {
		const steps = [
			[[ours], [ours, newer]],
			[
				[ours, newer],
				[newer, ours]
			],
			[[newer, ours], [newer]]
		] as const;
		for (const [before, after] of steps) {
			const [a, b] = [node("a", { keys: before }), node("b", { keys: after })];
			expect(seen(b.open("REQ", a.seal("REQ", "b", said)))).toBe(said.toString());
			expect(seen(a.open("RES", b.seal("RES", "a", said)))).toBe(said.toString());
		}
	});

	it.each([
		["nothing", Buffer.alloc(0)],
		["JSON", Buffer.from('{"ver":"5","sender":"x"}')],
		["a megabyte of nothing", Buffer.alloc(1_000_000, 0xb1)],
		["noise", randomBytes(5_000)]
	])("is not %s", (_what, bytes) => expect(typeof node("b").open("REQ", bytes)).toBe("string"));

	it("no two of a process, nor of two processes, have the same nonce under the same key", () => {
		const headers = [node("a"), node("a")].flatMap(seal =>
			Array.from({ length: 50 }, () => seal.seal("REQ", "b", said).toString("hex", 2, 24))
		);
		expect(new Set(headers).size).toBe(100);
	});
});
