/** What every store of old links promises, whatever it is kept in. A store runs it by one call. */

import { StoreClosed } from "../../adapters/errors";
import type { LinkStore } from "../../adapters/linkstore";

export interface OpenedLinks {
	readonly links: LinkStore;
	/** Closed and opened anew, on what it held. */
	again(): Promise<OpenedLinks>;
}

export const link = (id: string, username = `user${id}`, target = `http://t/sub/${id}`) => ({
	id,
	username,
	keyDigest: `digest${id}`,
	target
});
const named = (links: readonly { readonly migration: string; readonly id: string }[]): string[][] =>
	links.map(({ migration, id }) => [migration, id]);

/** @param open a new, empty store */
export function linkStoreConformance(name: string, open: () => Promise<OpenedLinks>): void {
	describe(name, () => {
		let opened: OpenedLinks;
		const links = (): LinkStore => opened.links;
		beforeEach(async () => {
			opened = await open();
		});
		afterEach(() => opened.links.close());

		it("keeps links over a restart, and replaces the one of a user", async () => {
			await links().put("vpn", [link("1"), link("2")]);
			await links().put("vpn", [link("2", "user2", "http://t/sub/anew")]);
			opened = await opened.again();
			expect(await links().find("user2")).toEqual([{ migration: "vpn", ...link("2", "user2", "http://t/sub/anew") }]);
			expect([await links().count(), await links().count("vpn"), await links().count("other")]).toEqual([2, 2, 0]);
		});

		it("answers all of a name, whatever their migration, in their order, and is exact in case", async () => {
			await links().put("b", [link("7", "ann"), link("8", "Ann")]);
			await links().put("a", [link("2", "ann"), link("1", "ann")]);
			expect(named(await links().find("ann"))).toEqual([
				["a", "1"],
				["a", "2"],
				["b", "7"]
			]);
			expect(await links().find("' OR 1=1 --")).toEqual([]);
		});

		it("takes any text for a name, an id or a migration", async () => {
			for (const text of ["", "a.b", "$x", '["', "کلید", "😀", "a\nb", "x".repeat(900)]) {
				await links().put(text, [link(text, text)]);
				expect(await links().of(text, [text])).toEqual([{ migration: text, ...link(text, text) }]);
				expect(named(await links().find(text))).toContainEqual([text, text]);
				expect(await links().count(text)).toBe(1);
			}
		});

		it("keeps all links of a batch, or none", async () => {
			const broken = { ...link("2"), target: undefined as never };
			await expect(links().put("vpn", [link("1"), broken])).rejects.toThrow();
			expect(await links().count()).toBe(0);
			await links().put("vpn", []);
			await links().put("vpn", [link("1")]);
			expect(await links().count()).toBe(1);
		});

		it("keeps the last one of a user where a batch has several, and what many put at once", async () => {
			await links().put("vpn", [link("1", "old"), link("1", "new")]);
			expect(await links().of("vpn", ["1"])).toMatchObject([{ username: "new" }]);
			await Promise.all(
				Array.from({ length: 20 }, (_, at) => links().put("vpn", [link("1"), link(`${2 + (at % 4)}`)]))
			);
			expect(await links().count("vpn")).toBe(5);
		});

		it("answers those of some users of a migration, in their order", async () => {
			await links().put("other", [link("1")]);
			await links().put("vpn", [link("1"), link("2"), link("3")]);
			expect(named(await links().of("vpn", ["3", "1", "9"]))).toEqual([
				["vpn", "3"],
				["vpn", "1"]
			]);
			expect(await links().of("vpn", [])).toEqual([]);
		});

		it("refuses what is asked of it once it is closed, and closes once", async () => {
			await links().close();
			await links().close();
			await expect(links().put("vpn", [link("1")])).rejects.toThrow(StoreClosed);
			await expect(links().find("user1")).rejects.toThrow(/links.*' is closed/);
		});
	});
}
