/** Who sent a packet is proven, or it is not taken. */

import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import type { Wanted } from "../../../../adapters/identity/folder";
import type { Identity } from "../../../../adapters/identity/identity";
import { type Opened, type ProvenOptions, ProvenSeal } from "../../../../adapters/identity/proven-seal";
import { PacketSeal, WINDOW_MS } from "../../../../adapters/packet-seal";
import type { Authorities } from "../../../../domain/platform/identity/authorities";
import { LEEWAY_MS } from "../../../../domain/platform/identity/token";
import { TestAuthority } from "../../../support/identities";

const KEY = randomBytes(32);
const DAY_MS = 86_400_000;
const authority = new TestAuthority();
const foreign = new TestAuthority();
afterAll(() => {
	for (const { folder } of [authority, foreign]) rmSync(folder, { recursive: true, force: true });
});

const clock = { wall: Date.now(), up: 0 };
const pass = (ms: number): void => {
	clock.wall += ms;
	clock.up += ms;
};
beforeEach(() => pass(WINDOW_MS + 1));

const said = Buffer.from('{"ver":"5","sender":"a","action":"x.y","secret":"hunter2"}');
const issue = (
	name: string,
	services: readonly string[],
	more: Partial<Wanted> = {},
	at = clock.wall,
	by = authority
) => by.issue(name, services, more, at);
interface Node extends Pick<ProvenSeal, "open" | "become" | "fallen"> {
	readonly nodeID: string;
	seal(...packet: Parameters<ProvenSeal["seal"]>): Buffer;
}

function node(nodeID: string, more: Partial<ProvenOptions> = {}): Node {
	const seal = new ProvenSeal({
		keys: [KEY],
		namespace: "spec",
		nodeID,
		identity: issue(nodeID, [nodeID]),
		authorities: TestAuthority.trusting(authority),
		isRequired: true,
		now: () => clock.wall,
		uptime: () => clock.up,
		...more
	});
	return Object.assign(seal, { nodeID }) as Node;
}

/** They have said that they are there. */
function acquainted(...nodes: readonly Node[]): void {
	for (const from of nodes) {
		const info = from.seal("INFO", undefined, said);
		for (const to of nodes) if (to !== from) expect(opened(to.open("INFO", info)).from?.nodeID).toBe(from.nodeID);
	}
}

function opened(answer: Opened | string): Opened {
	if (typeof answer === "string") throw new Error(`It is refused: ${answer}.`);
	return answer;
}

describe("a packet for all", () => {
	it("says whose it is, is whole, and is taken once", () => {
		const [a, b] = [node("a"), node("b")];
		const packet = a.seal("INFO", undefined, said);
		expect(packet.toString("latin1")).not.toMatch(/hunter2|banyan/);
		const { data, from } = opened(b.open("INFO", packet));
		expect(data.toString()).toBe(said.toString());
		expect([from?.nodeID, [...(from?.services ?? [])]]).toEqual(["a", ["a"]]);
		expect(b.open("INFO", packet)).toBe("replayed");
	});

	it("is JSON to a node of a release that knows no identities", () => {
		const old = new PacketSeal({ keys: [KEY], namespace: "spec", nodeID: "old", now: () => clock.wall });
		const data = old.open("INFO", node("a").seal("INFO", undefined, said));
		expect(JSON.parse(String(data))).toMatchObject(JSON.parse(said.toString()));
	});

	it("is taken again by nobody in another's name, who has the key of the cluster", () => {
		const [a, b] = [node("a"), node("b")];
		const thief = new PacketSeal({ keys: [KEY], namespace: "spec", nodeID: "c", now: () => clock.wall });
		const plain = thief.open("INFO", a.seal("INFO", undefined, said)) as Buffer;
		const header = thief.header(undefined, false, 4);
		expect(b.open("INFO", thief.sealAs(header, "INFO", undefined, plain))).toBe("forged");
	});
});

describe("a packet for one node", () => {
	it("opens there, whose it is, both ways, and for no other node", () => {
		const [a, b, c] = [node("a"), node("b"), node("c")];
		acquainted(a, b, c);
		for (let round = 0; round < 3; round++) {
			const asked = a.seal("REQ", "b", said);
			expect(c.open("REQ", asked)).toBe("foreign");
			expect(opened(b.open("REQ", asked))).toMatchObject({ data: said, from: { nodeID: "a" } });
			expect(b.open("REQ", asked)).toBe("replayed");
			expect(b.open("EVENT", a.seal("REQ", "b", said))).toBe("foreign");
			expect(opened(a.open("RES", b.seal("RES", "a", said)))).toMatchObject({ data: said, from: { nodeID: "b" } });
		}
	});

	it("introduces its sender until that is known to be known, and is as large as any then", () => {
		const [a, b] = [node("a"), node("b")];
		opened(a.open("INFO", b.seal("INFO", "a", said)));
		const first = a.seal("REQ", "b", said);
		expect(opened(b.open("REQ", first)).from?.nodeID).toBe("a");
		opened(a.open("RES", b.seal("RES", "a", said)));
		const plain = new PacketSeal({ keys: [KEY], namespace: "spec", nodeID: "a" }).seal("REQ", "b", said);
		expect(first.length).toBeGreaterThan(plain.length + 500);
		expect(a.seal("REQ", "b", said)).toHaveLength(plain.length);
		expect(first.toString("latin1")).not.toMatch(/eyJ/);
	});

	it("opens under both keys of the cluster while it changes", () => {
		const newer = randomBytes(32);
		const [a, b] = [node("a", { keys: [KEY, newer] }), node("b", { keys: [newer, KEY] })];
		acquainted(a, b);
		expect(opened(b.open("REQ", a.seal("REQ", "b", said))).from?.nodeID).toBe("a");
		expect(opened(a.open("RES", b.seal("RES", "a", said))).from?.nodeID).toBe("b");
	});

	it("with any bit of it changed, cut or grown is refused", () => {
		const [a, b] = [node("a"), node("b")];
		acquainted(a, b);
		const introducing = a.seal("REQ", "b", said);
		for (let at = 0; at < introducing.length; at += 3) {
			const changed = Buffer.from(introducing);
			changed[at] = (changed[at] as number) ^ (1 << (at % 8));
			expect([at, typeof b.open("REQ", changed)]).toEqual([at, "string"]);
		}
		for (let length = 0; length < introducing.length; length += 7)
			expect(typeof b.open("REQ", introducing.subarray(0, length))).toBe("string");
		expect(opened(b.open("REQ", introducing)).from?.nodeID).toBe("a");
	});

	it("goes to the latest process of a node, whatever its clock says", () => {
		const [a, b] = [node("a"), node("b")];
		acquainted(a, b);
		pass(WINDOW_MS + 1);
		clock.wall -= 1_000;
		const again = node("b");
		acquainted(a, again);
		expect(opened(again.open("REQ", a.seal("REQ", "b", said))).from?.nodeID).toBe("a");
		expect(b.open("REQ", a.seal("REQ", "b", said))).toBe("foreign");
	});

	it("goes to nobody who has not proven who they are", () => {
		expect(node("a").seal("REQ", "stranger", said)).toBeUndefined();
	});
});

describe("nobody is taken for another", () => {
	const refused = (from: Partial<ProvenOptions>, nodeID = "a", to: Partial<ProvenOptions> = {}) => {
		const b = node("b", to);
		const a = node(nodeID, from);
		// It may know the other one well.
		opened(a.open("INFO", node("b").seal("INFO", undefined, said)));
		return [b.open("INFO", a.seal("INFO", undefined, said)), b.open("HEARTBEAT", a.seal("HEARTBEAT", undefined, said))];
	};
	const twice = (reason: string) => [reason, reason];

	it("with no proof, where it is required", () => {
		const plain = new PacketSeal({ keys: [KEY], namespace: "spec", nodeID: "a", now: () => clock.wall });
		for (const kind of ["INFO", "REQ", "RES", "EVENT"])
			expect(node("b").open(kind, plain.seal(kind, "b", said))).toBe("unidentified");
		expect(opened(node("b", { isRequired: false }).open("REQ", plain.seal("REQ", "b", said))).from).toBeNull();
	});

	it("with an identity of another authority", () => {
		const authorities = TestAuthority.trusting(authority, foreign);
		expect(refused({ identity: issue("a", ["a"], {}, clock.wall, foreign), authorities })).toEqual(twice("untrusted"));
	});

	it("with one that has expired, or does not hold yet", () => {
		const issued = (atMs: number): Partial<ProvenOptions> => ({ identity: issue("a", ["a"], {}, atMs) });
		expect(refused(issued(clock.wall - DAY_MS - LEEWAY_MS - 1))).toEqual(twice("expired"));
		expect(refused(issued(clock.wall + LEEWAY_MS + 1))).toEqual(twice("premature"));
		expect(refused(issued(clock.wall - DAY_MS - LEEWAY_MS + 1)).map(each => typeof each)).toEqual(twice("object"));
	});

	it("under a name that it is not for", () => {
		expect(refused({ identity: issue("stages", ["a"], { nodes: ["stages-*"] }) })).toEqual(twice("misplaced"));
		const identity = issue("stages", ["a"], { nodes: ["stages-*"] });
		expect(refused({ identity }, "stages-7").map(each => typeof each)).toEqual(twice("object"));
	});

	it("with a token that was taken without its key", () => {
		const stolen: Identity = { ...issue("a", ["a"]), key: issue("z", ["z"]).key };
		expect(refused({ identity: stolen })).toEqual(twice("forged"));
	});

	it("of another namespace", () => {
		expect(refused({}, "a", { namespace: "other" })).toEqual(twice("foreign"));
	});

	it("for whom a process speaks that is somebody else's", () => {
		const [a, b] = [node("a"), node("b")];
		acquainted(a, b);
		a.become(issue("z", ["z"], { nodes: ["a"] }));
		expect(b.open("INFO", a.seal("INFO", undefined, said))).toBe("forged");
	});
});

describe("while it runs", () => {
	it("an identity follows another one: nothing is lost", () => {
		const [a, b] = [node("a"), node("b")];
		acquainted(a, b);
		const before = a.seal("REQ", "b", said);
		a.become(issue("a", ["a", "more"], {}, clock.wall));
		expect(opened(b.open("REQ", before)).from?.services.has("more")).toBe(false);
		opened(b.open("HEARTBEAT", a.seal("HEARTBEAT", undefined, said)));
		expect(opened(b.open("REQ", a.seal("REQ", "b", said))).from?.services.has("more")).toBe(true);
	});

	it("what expires is over for those who know it, too", () => {
		const [a, b] = [node("a"), node("b")];
		acquainted(a, b);
		pass(DAY_MS + LEEWAY_MS + 1);
		expect(b.open("REQ", a.seal("INFO", "b", said))).toBe("foreign");
		expect(b.open("INFO", a.seal("INFO", "b", said))).toBe("expired");
		expect(b.fallen).toEqual(["a"]);
	});

	it("what is withdrawn counts nowhere any more: one node tells the others", () => {
		const all: Authorities[] = [];
		const known = (): Partial<ProvenOptions> => {
			const authorities = TestAuthority.trusting(authority);
			all.push(authorities);
			return { authorities };
		};
		const [a, b, c] = [node("a", known()), node("b", known()), node("c", known())];
		acquainted(a, b, c);
		authority.own.withdraw("a", clock.wall);
		const told = TestAuthority.trusting(authority).told;
		expect(told).toHaveLength(1);
		for (const text of told) all[1]?.hear(text);
		expect(b.open("INFO", a.seal("INFO", undefined, said))).toBe("withdrawn");
		opened(c.open("HEARTBEAT", b.seal("HEARTBEAT", undefined, said)));
		expect(c.open("REQ", a.seal("INFO", "c", said))).toBe("foreign");
		expect(c.open("INFO", a.seal("INFO", undefined, said))).toBe("withdrawn");
		expect(c.fallen).toEqual(["a"]);
		pass(1);
		a.become(issue("a", ["a"], {}, clock.wall));
		expect(opened(c.open("INFO", a.seal("INFO", undefined, said))).from?.nodeID).toBe("a");
	});

	it("an authority follows another one, and the one before is retired", () => {
		const own = new TestAuthority();
		const trust = TestAuthority.trusting(own);
		const a = node("a", { identity: issue("a", ["a"], {}, clock.wall, own), authorities: trust });
		const b = node("b", { identity: issue("b", ["b"], {}, clock.wall, own), authorities: trust });
		acquainted(a, b);
		own.own.rotate();
		const both = TestAuthority.trusting(own);
		trust.take({ keys: JSON.parse(own.text).keys.map(({ x }: { x: string }) => x), withdrawn: both.told });
		acquainted(a, b);
		a.become(issue("a", ["a"], {}, clock.wall, own));
		acquainted(a, b);
		expect(own.own.retire()).toBe(1);
		trust.take({ keys: JSON.parse(own.text).keys.map(({ x }: { x: string }) => x), withdrawn: [] });
		expect(opened(b.open("INFO", a.seal("INFO", undefined, said))).from?.nodeID).toBe("a");
		expect(a.open("INFO", b.seal("INFO", undefined, said))).toBe("untrusted");
		rmSync(own.folder, { recursive: true });
	});
});
