/** The event store and the old links on a disk that is full at any moment: nothing acknowledged is lost, and on they go. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EventStore, NEW, openMemoryStore, openSqliteStore, StoreFull } from "../../adapters/eventstore";
import { type LinkStore, openLinkStore } from "../../adapters/linkstore";
import { openProjections } from "../../adapters/projections";
import { comparisonStream } from "../../services/migration/run/journal";
import { Lists } from "../../services/migration/run/lists";
import { asRoot, fillDisk, makeRoom, mountDisk, unmountDisk } from "../support/disks";
import { all, event } from "./events";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "banyan-full-disk-"));
});
afterEach(() => {
	unmountDisk(folder);
	rmSync(folder, { recursive: true, force: true });
});

const LEFT_KB = [0, 4, 8, 12, 20, 40, 120];

interface Kept {
	readonly write: (id: string) => Promise<void>;
	readonly ids: () => Promise<string[]>;
	readonly close: () => void | Promise<void>;
}

function events(store: EventStore): Kept {
	return {
		write: async id => void (await store.append(id, NEW, [event("x".repeat(700))], "1")),
		ids: async () => (await all(store.readAll())).map(({ stream }) => stream),
		close: () => store.close()
	};
}

function links(store: LinkStore): Kept {
	const link = (id: string) => ({ id, username: "ann", keyDigest: "x".repeat(300), target: "y".repeat(300) });
	return {
		write: async id => store.put("vpn", [link(id)]),
		ids: async () => (await store.find("ann")).map(({ id }) => id),
		close: () => store.close()
	};
}

async function refusal(store: Kept, prefix: string, stored: string[]): Promise<unknown> {
	for (let at = 0; ; at++) {
		try {
			await store.write(`${prefix}-${at}`);
			stored.push(`${prefix}-${at}`);
		} catch (error) {
			return error;
		}
	}
}

const STORES: readonly (readonly [string, () => Kept])[] = [
	["the event store", () => events(openSqliteStore(join(folder, "events.db")))],
	["the old links", () => links(openLinkStore(join(folder, "links.db"), { access: "write" }))]
];

for (const [name, open] of STORES)
	asRoot(name, async () => {
		mountDisk(folder, "size=4m");
		const store = open();
		const stored: string[] = [];
		for (const leavingKb of LEFT_KB) {
			fillDisk(folder, leavingKb);
			expect(await refusal(store, `${leavingKb}`, stored)).toBeInstanceOf(StoreFull);
			expect((await store.ids()).sort()).toEqual([...stored].sort());
			makeRoom(folder);
			await store.write(`after-${leavingKb}`);
			stored.push(`after-${leavingKb}`);
		}
		await store.close();
		const again = open();
		expect((await again.ids()).sort()).toEqual([...stored].sort());
		await again.close();
	});

describe("what is derived from events", () => {
	const [PAGES, A_PAGE] = [6, 100];
	const WHOLE = { pass: 1, batch: PAGES };

	/** Comparisons that found more than the disk has room for. */
	async function found(): Promise<EventStore> {
		const store = openMemoryStore();
		let version = NEW;
		for (let batch = 1; batch <= PAGES; batch++) {
			const differences = Array.from({ length: A_PAGE }, (_, at) => ({
				id: `${batch * A_PAGE + at}`,
				name: "x".repeat(500),
				kind: "different",
				fields: []
			}));
			const data = { pass: 1, batch, equal: [], differences, position: "0" };
			const stored = await store.append(
				comparisonStream("p", "users"),
				version,
				[{ type: "compared", data }],
				`${batch}`
			);
			({ version } = stored);
		}
		return store;
	}
	const told = async (lists: Lists): Promise<number> =>
		(await lists.differences("p", "users", WHOLE)).page(0, 2 ** 36, { lines: 1_000, characters: 10_000_000 }).length;
	const file = (): string => join(folder, "projections.db");

	for (const isThere of [true, false])
		asRoot(
			`is told on a full disk ${isThere ? "that has an earlier state of it" : "that has none of it"}`,
			async () => {
				mountDisk(folder, "size=4m");
				if (isThere) openProjections(file(), { access: "write" }).close();
				for (const leavingKb of LEFT_KB) {
					fillDisk(folder, leavingKb);
					const projections = openProjections(file(), { access: "write" });
					const lists = new Lists(await found(), projections);
					expect(await told(lists)).toBe(PAGES * A_PAGE);
					expect(await told(lists)).toBe(PAGES * A_PAGE);
					projections.close();
					makeRoom(folder);
				}
				const projections = openProjections(file(), { access: "write" });
				expect(await told(new Lists(await found(), projections))).toBe(PAGES * A_PAGE);
				projections.close();
			}
		);
});
