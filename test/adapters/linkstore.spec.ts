import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StoreBroken } from "../../adapters/errors";
import { openLinkStore } from "../../adapters/linkstore";
import { link, linkStoreConformance, type OpenedLinks } from "./linkstore.conformance";

let dir: string;
beforeEach(() => {
	dir = mkdtempSync(join(tmpdir(), "banyan-links-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const file = (): string => join(dir, "links.db");

async function opened(): Promise<OpenedLinks> {
	const links = openLinkStore(file(), { access: "write" });
	return {
		links,
		again: async () => {
			await links.close();
			return await opened();
		}
	};
}
linkStoreConformance("old links in SQLite", opened);

describe("the file of old links", () => {
	it("finds one of many without reading the others into memory", async () => {
		const store = openLinkStore(file(), { access: "write" });
		for (let batch = 0; batch < 100; batch++)
			await store.put(
				"vpn",
				Array.from({ length: 1000 }, (_, index) => link(String(batch * 1000 + index)))
			);
		await store.close();
		const before = process.memoryUsage().rss;
		const again = openLinkStore(file(), { access: "write" });
		for (let n = 0; n < 5000; n++) expect(await again.find(`user${n * 20}`)).toHaveLength(1);
		expect(process.memoryUsage().rss - before).toBeLessThan(60 * 2 ** 20);
		await again.close();
	});

	it("is refused where it is another program's, or damaged", () => {
		writeFileSync(file(), "no database, but long enough to be looked at ".repeat(100));
		expect(() => openLinkStore(file(), { access: "write" })).toThrow(StoreBroken);
	});

	it("is empty for a reader where nothing was kept yet", async () => {
		expect(await openLinkStore(file(), { access: "read" }).find("ann")).toEqual([]);
	});
});
