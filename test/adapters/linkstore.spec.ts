import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StoreBroken, StoreClosed } from "../../adapters/errors";
import { openLinkStore } from "../../adapters/linkstore";

let dir: string;
beforeEach(() => {
	dir = mkdtempSync(join(tmpdir(), "banyan-links-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const file = (): string => join(dir, "links.db");
const link = (id: string, username = `user${id}`, target = `http://t/sub/${id}`) => ({
	id,
	username,
	keyDigest: `digest${id}`,
	target
});

describe("the link store", () => {
	it("keeps links over a restart, and replaces the one of a user", () => {
		const before = openLinkStore(file(), { access: "write" });
		before.put("vpn", [link("1"), link("2")]);
		before.put("vpn", [link("2", "user2", "http://t/sub/anew")]);
		before.close();
		const after = openLinkStore(file(), { access: "write" });
		expect(after.find("user2")).toEqual([{ migration: "vpn", ...link("2", "user2", "http://t/sub/anew") }]);
		expect([after.count(), after.count("vpn"), after.count("other")]).toEqual([2, 2, 0]);
		after.close();
	});

	it("answers all of a name, whatever their migration, and is exact in case", () => {
		const store = openLinkStore(file(), { access: "write" });
		store.put("a", [link("1", "ann")]);
		store.put("b", [link("7", "ann"), link("8", "Ann")]);
		expect(store.find("ann").map(({ migration, id }) => [migration, id])).toEqual([
			["a", "1"],
			["b", "7"]
		]);
		expect(store.find("' OR 1=1 --")).toEqual([]);
		store.close();
	});

	it("keeps all links of a batch, or none", () => {
		const store = openLinkStore(file(), { access: "write" });
		const broken = { ...link("2"), target: undefined as never };
		expect(() => store.put("vpn", [link("1"), broken])).toThrow();
		expect(store.count()).toBe(0);
		store.put("vpn", [link("1")]);
		expect(store.count()).toBe(1);
		store.close();
	});

	it("answers those of some users of a migration", () => {
		const store = openLinkStore(file(), { access: "write" });
		store.put("other", [link("1")]);
		store.put("vpn", [link("1"), link("2"), link("3")]);
		expect(store.of("vpn", ["3", "1", "9"]).map(({ migration, id }) => [migration, id])).toEqual([
			["vpn", "3"],
			["vpn", "1"]
		]);
		store.close();
	});

	it("finds one of many without reading the others into memory", () => {
		const store = openLinkStore(file(), { access: "write" });
		for (let batch = 0; batch < 100; batch++) {
			store.put(
				"vpn",
				Array.from({ length: 1000 }, (_, index) => link(String(batch * 1000 + index)))
			);
		}
		store.close();
		const before = process.memoryUsage().rss;
		const opened = openLinkStore(file(), { access: "write" });
		for (let n = 0; n < 5000; n++) expect(opened.find(`user${n * 20}`)).toHaveLength(1);
		expect(process.memoryUsage().rss - before).toBeLessThan(60 * 2 ** 20);
		opened.close();
	});

	it("refuses a file of another program, and one that is damaged", () => {
		writeFileSync(file(), "no database, but long enough to be looked at ".repeat(100));
		expect(() => openLinkStore(file(), { access: "write" })).toThrow(StoreBroken);
	});

	it("refuses what is asked of it once it is closed, and closes once", () => {
		const store = openLinkStore(file(), { access: "write" });
		store.close();
		store.close();
		expect(() => store.put("vpn", [link("1")])).toThrow(StoreClosed);
		expect(() => store.find("user1")).toThrow(/links\.db' is closed/);
	});

	it("is empty for a reader where nothing was kept yet", () => {
		expect(openLinkStore(file(), { access: "read" }).find("ann")).toEqual([]);
	});
});
