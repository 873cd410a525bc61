/** A node follows what a service keeps by revisions: told, asked for by hash, kept in a signed copy, and never a part of one. */

import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServiceBroker } from "moleculer";
import type { Broker } from "../../../cluster";
import { type Follow, follow, followedEvents } from "../../../cluster/followed";
import { digest } from "../../../domain/canonical";
import { following } from "../../../middlewares/following.middleware";
import { until } from "../../support/until";

const SECRET = Buffer.alloc(32, "a key");
let dir: string;
let nodes: ServiceBroker[] = [];

/** What the service says now; undefined: it does not answer. */
let said: object | undefined;
const asked: object[] = [];

const revisionOf = (revision: number, value: object) => ({
	revision,
	hash: digest(value as never),
	at: "2026-11-27T09:00:00.000Z",
	author: "k-1",
	reason: "why"
});
const set = (revision: number, value: object): void => {
	said = { ...revisionOf(revision, value), value };
};

interface Opened {
	readonly broker: ServiceBroker;
	readonly flags: Follow<{ readonly n: number }>;
	tell(): Promise<unknown>;
}

async function open({ isThere = true, key = SECRET, compareMs = 60_000 } = {}): Promise<Opened> {
	const copies = { dataDir: dir, namespace: "spec", environment: "default", compareMs, keys: () => [key] };
	const broker = new ServiceBroker({
		logger: false,
		internalServices: { $node: { name: "$node", events: followedEvents } } as never,
		middlewares: [following(copies)]
	});
	nodes.push(broker);
	if (isThere)
		broker.createService({
			name: "flags",
			actions: {
				snapshot: ({ params }: { params: { hash?: string } }) => {
					asked.push(params);
					if (!said) throw new Error("away");
					const { value, ...rest } = said as { hash: string; value: object };
					return rest.hash === params.hash ? rest : said;
				}
			}
		} as never);
	const flags = follow(broker as unknown as Broker, {
		set: "flags",
		read: value => value as { readonly n: number },
		start: { n: 0 }
	});
	await broker.start();
	const { revision, hash } = (said ?? { revision: 0, hash: "" }) as { revision: number; hash: string };
	return {
		broker,
		flags,
		tell: () => {
			const now = (said ?? { revision, hash }) as { revision: number; hash: string };
			return broker.broadcast("flags.changed", { set: "flags", revision: now.revision, hash: now.hash });
		}
	};
}

beforeEach(() => {
	dir = mkdtempSync(join(tmpdir(), "banyan-followed-"));
	said = undefined;
	asked.length = 0;
});
afterEach(async () => {
	await Promise.all(nodes.map(node => node.stop()));
	nodes = [];
	rmSync(dir, { recursive: true, force: true });
});

const copyIn = (): string => join(dir, "followed", "flags@spec.json");

it("asks when it starts, and at once when it is told of another revision", async () => {
	set(3, { n: 3 });
	const { flags, tell } = await open();
	await until(() => flags.now.revision === 3);
	set(4, { n: 4 });
	await tell();
	await until(() => flags.now.revision === 4);
	expect(flags.now.value).toEqual({ n: 4 });
	expect(flags.state).toMatchObject({ origin: "service", staleSince: null });
});

it("C5: finds out by the hash alone what it was not told, also where only the number is another", async () => {
	set(1, { n: 1 });
	const { flags } = await open({ compareMs: 20 });
	await until(() => flags.now.revision === 1);
	set(2, { n: 2 });
	await until(() => flags.now.revision === 2);
	set(3, { n: 2 });
	await until(() => flags.now.revision === 3);
	expect(asked.filter(params => "hash" in params).length).toBeGreaterThan(0);
});

it("takes nothing that is not what its hash says, and a lower revision once it is told again and again", async () => {
	set(5, { n: 5 });
	const { flags } = await open();
	await until(() => flags.now.revision === 5);
	said = { ...revisionOf(6, { n: 6 }), value: { n: 7 } };
	await flags.ask();
	expect(flags.now.value).toEqual({ n: 5 });
	set(2, { n: 2 });
	await flags.ask();
	await flags.ask();
	expect(flags.now.value).toEqual({ n: 5 });
	await flags.ask();
	expect(flags.now.value).toEqual({ n: 2 });
});

it("leaves a revision that cannot be read, and goes by the one before", async () => {
	set(1, { n: 1 });
	const { broker, flags } = await open();
	await until(() => flags.now.revision === 1);
	const strict = follow(broker as unknown as Broker, {
		set: "flags",
		read: value => {
			if ((value as { n: number }).n > 1) throw new Error("too large");
			return value;
		},
		start: null
	});
	expect(strict.now.revision).toBe(1);
	set(2, { n: 2 });
	await flags.ask();
	expect([flags.now.revision, strict.now.revision]).toEqual([2, 1]);
});

describe("C4: with the service dead", () => {
	const kept = async (): Promise<void> => {
		set(7, { n: 7 });
		const { broker, flags } = await open();
		await until(() => flags.now.revision === 7);
		await broker.stop();
	};

	it("a node starts from its copy, which is its own alone, and says since when it is stale", async () => {
		await kept();
		expect(statSync(copyIn()).mode & 0o777).toBe(0o600);
		const { flags } = await open({ isThere: false });
		expect(flags.now).toMatchObject({ revision: 7, value: { n: 7 } });
		await until(() => flags.state.staleSince !== null);
		expect(flags.state).toMatchObject({ origin: "copy", why: "No node runs 'flags' now." });
		expect(flags.state.staleSince).toBe(statSync(copyIn()).mtime.toISOString());
	});

	it.each([
		["its value", (text: string) => text.replace('"n": 7', '"n": 8')],
		["its revision", (text: string) => text.replace('"revision": 7', '"revision": 8')],
		["its signature", (text: string) => text.replace(/"signature": "../, '"signature": "zz')],
		["half of it", (text: string) => text.slice(0, text.length / 2)],
		["all of it", () => ""],
		["what it is", () => "[]"]
	])("refuses one whose %s was touched, with what to do", async (_, touch) => {
		await kept();
		writeFileSync(copyIn(), touch(readFileSync(copyIn(), "utf8")));
		await expect(open({ isThere: false })).rejects.toThrow(/flags@spec\.json' is not used: .*\. Look who changed it/);
	});

	it("refuses one of another cluster, or of another set", async () => {
		await kept();
		await expect(open({ isThere: false, key: Buffer.alloc(32, "another") })).rejects.toThrow("its signature is not");
		writeFileSync(join(dir, "followed", "routes@spec.json"), readFileSync(copyIn()));
		const { broker } = await open({ isThere: false });
		const wanted = { set: "routes", read: (value: unknown) => value, start: null } as const;
		expect(() => follow(broker as unknown as Broker, wanted)).toThrow("its signature is not");
	});

	it("a node without a copy starts, and says that it knows nothing", async () => {
		const { flags } = await open({ isThere: false });
		expect(flags.now).toEqual({ value: { n: 0 }, revision: 0, hash: "" });
		expect(readdirSync(dir)).toEqual([]);
	});
});

it("goes on where no copy can be kept", async () => {
	writeFileSync(join(dir, "followed"), "a file");
	chmodSync(dir, 0o700);
	set(1, { n: 1 });
	const { flags } = await open();
	await until(() => flags.now.revision === 1);
});

it("C2: whoever looks sees one revision, however fast they change", async () => {
	const whole = (n: number): object => Object.fromEntries(Array.from({ length: 20 }, (_, key) => [`k${key}`, n]));
	set(1, whole(1));
	const { broker, flags } = await open();
	await until(() => flags.now.revision === 1);
	const all = follow(broker as unknown as Broker, {
		set: "flags",
		read: value => value as Readonly<Record<string, number>>,
		start: {}
	});
	let mixed = 0;
	for (let n = 2; n < 500; n++) {
		set(n, whole(n));
		const asking = flags.ask();
		for (let reads = 0; reads < 20; reads++) if (new Set(Object.values(all.now.value)).size !== 1) mixed++;
		await asking;
		const { value, revision } = all.now;
		expect(value.k0).toBe(revision);
		if (new Set(Object.values(value)).size !== 1) mixed++;
	}
	expect(mixed).toBe(0);
});
