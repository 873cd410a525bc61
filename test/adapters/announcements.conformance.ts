/** What durable events promise, whatever store keeps them. A store runs it by one call. */

import { announcedIn, Letters, OutboxStream, Progress } from "../../adapters/announcements";
import { type EventStore, VersionConflict } from "../../adapters/eventstore";
import { partitionOf, partsOf } from "../../domain/delivery";
import { announce, Node, type Noted, noted, Service } from "../support/deliveries";
import { until } from "../support/until";
import { crashes } from "./announcements.crashes";

/** A new, empty store. */
export type OpenStore = () => EventStore | Promise<EventStore>;

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** @param runs of tales that are made up */
export function announcementsConformance(name: string, open: OpenStore, runs = 40): void {
	describe(name, () => {
		let store: EventStore;
		let nodes: Node[] = [];
		beforeEach(async () => {
			store = await open();
			nodes = [];
		});
		afterEach(async () => {
			for (const node of nodes) await node.stop().catch(() => undefined);
			await store.close();
		});
		const started = (node: Node): Node => {
			nodes.push(node);
			return node;
		};
		const given = { store: () => store, started };

		describe("delivery", () => deliveries(given));
		describe("nodes", () => nodesOf(given));
		describe("dead letters", () => deadLetters(given));
		describe("outbox", () => outboxes(given));
		crashes(open, runs);
	});
}

interface Given {
	readonly store: () => EventStore;
	readonly started: (node: Node) => Node;
}

/** Keys by how many of each were announced. */
async function announceSome(store: EventStore, keys: readonly string[], from: number, to: number): Promise<void> {
	for (const n of range(from, to)) await announce(store, ...keys.map(key => noted(key, n)));
}
const allOf = (keys: readonly string[], to: number): Record<string, number[]> =>
	Object.fromEntries(keys.map(key => [key, range(1, to)]));
const settled = async (service: Service, keys: readonly string[], to: number): Promise<void> => {
	for (const key of keys)
		await until(async () => (await service.done(key)) >= to, `${service.name} did ${to} of '${key}'`);
};

const KEYS = ["a", "b", "c", "key with spaces/and ümlauts", "e"];

function deliveries({ store, started }: Given): void {
	it("comes to each service that listens, once, in the order of its key", async () => {
		await using one = await Service.open("one");
		await using two = await Service.open("two");
		const node = await started(new Node(store(), "n1", [one, two])).with();
		await announceSome(store(), KEYS, 1, 8);
		for (const service of [one, two]) {
			await settled(service, KEYS, 8);
			expect(await service.effects()).toEqual(allOf(KEYS, 8));
		}
		await until(() => node.depth === 0);
		expect(node.told).toEqual([]);
		expect(node.counts).toEqual({ "delivered one": 40, "delivered two": 40 });
	});

	it("is heard from a service's first start on, and what was announced while it was away when it is back", async () => {
		await using one = await Service.open("one");
		await announceSome(store(), ["a"], 1, 3);
		const first = await started(new Node(store(), "n1", [one])).with();
		await announce(store(), noted("b", 1));
		await settled(one, ["b"], 1);
		await first.stop();
		await announceSome(store(), ["b"], 2, 6);
		await started(new Node(store(), "n1", [one])).with();
		await settled(one, ["b"], 6);
		expect(await one.effects()).toEqual({ b: range(1, 6) });
	});

	it("is tried again, later each time, and what comes after it in its key waits", async () => {
		await using one = await Service.open("one");
		const tries: [string, number, number][] = [];
		one.before = ({ payload }, { attempt }) => {
			const { key, n } = payload as Noted;
			tries.push([key, n, attempt]);
			if (key === "a" && n === 1 && attempt < 3) throw new Error("not yet");
		};
		const node = await started(new Node(store(), "n1", [one], { tries: 5 })).with();
		await announceSome(store(), ["a"], 1, 2);
		await settled(one, ["a"], 2);
		expect(tries).toEqual([
			["a", 1, 1],
			["a", 1, 2],
			["a", 1, 3],
			["a", 2, 1]
		]);
		expect(node.counts).toMatchObject({ "retried one": 2, "delivered one": 2 });
	});

	it("comes again to a service that keeps nothing with its effect, where it was killed, and goes on from there", async () => {
		await using one = await Service.open("one");
		const first = await started(new Node(store(), "n1", [one], { plain: ["one"] })).with();
		await announceSome(store(), ["a"], 1, 3);
		await settled(one, ["a"], 3);
		await first.stop();
		const heard: number[] = [];
		one.before = ({ payload }) => heard.push((payload as Noted).n);
		await started(new Node(store(), "n1", [one], { plain: ["one"] })).with();
		await announce(store(), noted("a", 4));
		await until(() => heard.length > 0);
		expect(heard).toEqual([4]);
	});

	it("a slow service holds up no other one, and gets all of a backlog beyond what is held at once", async () => {
		await using one = await Service.open("one");
		await using two = await Service.open("two");
		const gate = Promise.withResolvers<void>();
		one.before = () => gate.promise;
		const node = await started(new Node(store(), "n1", [one, two])).with();
		const many = 1_300;
		for (const n of range(1, many / 10)) await announce(store(), ...range(0, 9).map(key => noted(`k${key}`, n)));
		const keys = range(0, 9).map(key => `k${key}`);
		await settled(two, keys, many / 10);
		expect(await one.effects()).toEqual({});
		expect(node.depth).toBeGreaterThanOrEqual(many);
		gate.resolve();
		await settled(one, keys, many / 10);
		expect(await one.effects()).toEqual(allOf(keys, many / 10));
		await until(() => node.depth === 0);
	});
}

function nodesOf({ store, started }: Given): void {
	it("comes to one node of a service, each key to one at a time, in its order", async () => {
		await using one = await Service.open("one");
		const first = started(new Node(store(), "n1", [one]));
		const second = started(new Node(store(), "n2", [one]));
		await Promise.all([first.with("n2"), second.with("n1")]);
		const keys = range(1, 24).map(key => `k${key}`);
		await announceSome(store(), keys, 1, 5);
		await settled(one, keys, 5);
		expect(await one.effects()).toEqual(allOf(keys, 5));
		const [mine = 0, theirs = 0] = [first, second].map(({ counts }) => counts["delivered one"] ?? 0);
		expect(mine + theirs).toBe(120);
		expect(Math.min(mine, theirs)).toBeGreaterThan(0);
	});

	it("killed between effect and acknowledgement: another node goes on, and the effect is not had twice", async () => {
		await using one = await Service.open("one");
		const [first, second] = [new Node(store(), "n1", [one]), new Node(store(), "n2", [one])].map(started);
		const done = Promise.withResolvers<void>();
		one.after = ({ payload }) => {
			if ((payload as Noted).n !== 3) return;
			one.after = () => undefined;
			first?.kill();
			done.resolve();
		};
		await first?.with();
		await announceSome(store(), ["a", "b"], 1, 6);
		await done.promise;
		await second?.with();
		await settled(one, ["a", "b"], 6);
		expect(await one.effects()).toEqual(allOf(["a", "b"], 6));
	});

	it("killed before its effect: a node that had begun to listen behind that event has it", async () => {
		await using one = await Service.open("one");
		const [first, second] = [new Node(store(), "n1", [one]), new Node(store(), "n2", [one])].map(started);
		const mine = partsOf(one.name, "n1", ["n1", "n2"]);
		const key = KEYS.find(each => mine.includes(partitionOf(each))) ?? "";
		const [begun, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
		one.before = async () => {
			one.before = () => undefined;
			begun.resolve();
			await over.promise;
		};
		await first?.with();
		await announceSome(store(), [key], 1, 1);
		await begun.promise;
		await first?.with("n2");
		await second?.with("n1");
		first?.kill();
		await second?.with();
		await settled(one, [key], 1);
		over.resolve();
		expect(await one.effects()).toEqual(allOf([key], 1));
	});

	it("frozen within its effect until another node had it: what it does when it wakes is refused", async () => {
		await using one = await Service.open("one");
		const [first, second] = [new Node(store(), "n1", [one]), new Node(store(), "n2", [one])].map(started);
		const [frozen, woken] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
		one.before = async ({ payload }) => {
			if ((payload as Noted).n !== 2) return;
			one.before = () => undefined;
			frozen.resolve();
			await woken.promise;
		};
		await first?.with();
		await announceSome(store(), ["a"], 1, 4);
		await frozen.promise;
		await second?.with();
		await settled(one, ["a"], 4);
		woken.resolve();
		await first?.stop();
		await second?.stop();
		expect(await one.effects()).toEqual({ a: range(1, 4) });
		expect(first?.told).toEqual([]);
	});

	it("nodes that come and go while events flow: each effect once, each key in its order", async () => {
		await using one = await Service.open("one");
		const keys = range(1, 10).map(key => `k${key}`);
		const ids = ["n1", "n2", "n3"];
		const all = ids.map(id => started(new Node(store(), id, [one])));
		const among = async (...present: string[]): Promise<void> => {
			for (const id of present) await all[ids.indexOf(id)]?.with(...present);
		};
		await among("n1");
		await announceSome(store(), keys, 1, 3);
		await among("n1", "n2");
		await announceSome(store(), keys, 4, 6);
		all[0]?.kill();
		await among("n2", "n3");
		await announceSome(store(), keys, 7, 9);
		await among("n3");
		await all[1]?.stop();
		await announceSome(store(), keys, 10, 12);
		await settled(one, keys, 12);
		expect(await one.effects()).toEqual(allOf(keys, 12));
	});

	it("keeps how far it came, and forgets the receipts of what lies behind that", async () => {
		await using one = await Service.open("one");
		const node = await started(new Node(store(), "n1", [one])).with();
		await announceSome(store(), KEYS, 1, 10);
		await settled(one, KEYS, 10);
		await until(() => node.depth === 0);
		await node.stop();
		const { passed, beyond } = await one.inbox.received();
		expect(passed.size).toBe(16);
		expect(beyond.size).toBe(0);
	});

	it("of several first starts at once one is the beginning", async () => {
		const since = await Promise.all(range(1, 4).map(() => new Progress(store(), "one").since()));
		expect(new Set(since).size).toBe(1);
	});
}

function deadLetters({ store, started }: Given): void {
	const POISON = "poison";
	const poisoned = (service: Service, isPoison: (noted: Noted) => boolean): void => {
		service.before = ({ payload }) => {
			if (isPoison(payload as Noted)) throw Object.assign(new Error("it is poison"), { type: "POISONED" });
		};
	};

	it("an event that never can be dealt with is laid aside with the reason; other keys never wait, its own goes on after it", async () => {
		await using one = await Service.open("one");
		await using two = await Service.open("two");
		poisoned(one, ({ key, n }) => key === POISON && n === 2);
		const node = await started(new Node(store(), "n1", [one, two], { tries: 3, firstMs: 20 })).with();
		await announceSome(store(), [POISON, "well"], 1, 4);
		await settled(one, ["well"], 4);
		await settled(one, [POISON], 3);
		expect(await one.effects()).toEqual({ [POISON]: [1, 3, 4], well: range(1, 4) });
		await settled(two, [POISON], 4);
		const letters = await new Letters(store()).all();
		expect(letters).toMatchObject([
			{ service: "one", tries: 3, reason: "POISONED: it is poison", entry: { key: POISON, payload: { n: 2 } } }
		]);
		expect(node.counts).toMatchObject({ "retried one": 2, "laid one": 1 });
		expect(node.told).toHaveLength(1);
	});

	it("holds no other key up while it is tried, however many of one key fail", async () => {
		await using one = await Service.open("one");
		poisoned(one, ({ key }) => key !== "well");
		await started(new Node(store(), "n1", [one], { tries: 50, firstMs: 60_000 })).with();
		const poisons = range(1, 60).map(n => `${POISON}-${n}`);
		await announceSome(store(), [...poisons, "well"], 1, 1);
		await settled(one, ["well"], 1);
		expect(await one.effects()).toEqual({ well: [1] });
	});

	it("is delivered once more when it is replayed, behind what came since, and is no letter any more", async () => {
		await using one = await Service.open("one");
		let isWell = false;
		poisoned(one, ({ n }) => n === 1 && !isWell);
		await started(new Node(store(), "n1", [one])).with();
		await announceSome(store(), ["a"], 1, 3);
		await settled(one, ["a"], 2);
		const letters = new Letters(store());
		isWell = true;
		const replayed: boolean[] = [];
		one.after = (_, delivery) => replayed.push(delivery.replayed);
		await letters.replay(await letters.all());
		expect(await letters.all()).toEqual([]);
		await settled(one, ["a"], 3);
		expect(await one.effects()).toEqual({ a: [2, 3, 1] });
		expect(replayed).toEqual([true]);
	});

	it("is replayed also where nobody ran at that time, and laid aside again where it fails again", async () => {
		await using one = await Service.open("one");
		poisoned(one, () => true);
		const first = await started(new Node(store(), "n1", [one])).with();
		await announce(store(), noted("a", 1));
		const letters = new Letters(store());
		await until(async () => (await letters.all()).length === 1);
		await first.stop();
		await letters.replay(await letters.all());
		await started(new Node(store(), "n1", [one])).with();
		await until(async () => (await letters.all()).length === 1);
		await letters.drop(await letters.all());
		expect(await letters.all()).toEqual([]);
		expect(await one.effects()).toEqual({});
	});

	it("a whole service, or one key, is delivered once more from a position on; no other service hears it", async () => {
		await using one = await Service.open("one");
		await using two = await Service.open("two");
		await started(new Node(store(), "n1", [one, two])).with();
		await announceSome(store(), ["a", "b"], 1, 2);
		await settled(one, ["a", "b"], 2);
		await settled(two, ["a", "b"], 2);
		const entries = [];
		for await (const announced of announcedIn(store().readAll())) entries.push(...announced.entries);
		await new Letters(store()).again(
			"one",
			entries.filter(({ key }) => key === "a")
		);
		await settled(one, ["a"], 4);
		expect(await one.effects()).toEqual({ a: [1, 2, 1, 2], b: [1, 2] });
		expect(await two.effects()).toEqual({ a: [1, 2], b: [1, 2] });
	});

	it("a handler that takes too long counts as failed, and the effect that it has in the end is the only one", async () => {
		await using one = await Service.open("one");
		const late = Promise.withResolvers<void>();
		let isFirst = true;
		one.before = async () => {
			if (!isFirst) return;
			isFirst = false;
			await late.promise;
		};
		await started(new Node(store(), "n1", [one], { longestMs: 30 })).with();
		await announce(store(), noted("a", 1));
		await settled(one, ["a"], 1);
		late.resolve();
		await announce(store(), noted("a", 2));
		await settled(one, ["a"], 2);
		expect(await one.effects()).toEqual({ a: [1, 2] });
	});
}

function outboxes({ store }: Given): void {
	const ids = async (): Promise<string[]> => {
		const found: string[] = [];
		for await (const { entries } of announcedIn(store().readAll())) found.push(...entries.map(({ id }) => id));
		return found;
	};
	const entries = (...names: readonly string[]) => names.map((name, n) => noted("a", n, name));
	/** As a relay does: what is in the outbox is read after each answer. */
	async function emptied(stream: OutboxStream, outbox: string[], most = Infinity): Promise<void> {
		for (let left = most; outbox.length > 0 && left > 0; left--) {
			const done = await stream.append(entries(...outbox));
			outbox.splice(0, done);
		}
	}

	it("is appended once, in its order, whatever was appended before the acknowledgement was lost", async () => {
		await emptied(new OutboxStream(store(), "notes"), ["1", "2"]);
		// Killed before it was acknowledged: all of it waits still, and more.
		await emptied(new OutboxStream(store(), "notes"), ["1", "2", "3"]);
		await emptied(new OutboxStream(store(), "notes"), ["3", "4"]);
		expect(await ids()).toEqual(["1", "2", "3", "4"]);
	});

	it("of two relays of one outbox each event is appended once", async () => {
		const outbox = range(1, 60).map(String);
		const relays = range(1, 3).map(async () => {
			const stream = new OutboxStream(store(), "notes");
			while (outbox.length > 0) {
				const seen = outbox.slice(0, 7);
				const done = await stream.append(entries(...seen));
				for (const id of seen.slice(0, done)) if (outbox.includes(id)) outbox.splice(outbox.indexOf(id), 1);
			}
		});
		await Promise.all(relays);
		expect(await ids()).toEqual(range(1, 60).map(String));
	});

	it("a store that answers late is asked what it has", async () => {
		const lost = Object.create(store()) as EventStore;
		let isLost = true;
		lost.append = async (...given) => {
			const done = await store().append(...given);
			if (isLost) throw new Error("no answer");
			return done;
		};
		const stream = new OutboxStream(lost, "notes");
		expect(await stream.append(entries("1"))).toBe(0);
		await expect(stream.append(entries("1"))).rejects.toThrow("no answer");
		isLost = false;
		await emptied(stream, ["1", "2"]);
		expect(await ids()).toEqual(["1", "2"]);
		await expect(store().append("announced/outbox/notes", "0", [{ type: "x", data: {} }], "x")).rejects.toThrow(
			VersionConflict
		);
	});
}
