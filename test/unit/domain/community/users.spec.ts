/** What people may say of themselves and choose, who inherits an organisation, what reports say. */

import fc from "fast-check";
import type { JsonValue } from "../../../../contracts/json";
import { reportOf } from "../../../../domain/community/users/erasure";
import { added, fresh, missing } from "../../../../domain/community/users/export";
import { folded, freshHandle, handleOf } from "../../../../domain/community/users/handles";
import { heirOf, mayChange, mayGive } from "../../../../domain/community/users/organisations";
import { merged, preferencesFault } from "../../../../domain/community/users/preferences";
import { type Changes, changedProfile, freshProfile } from "../../../../domain/community/users/profile";
import type { Erasure, Membership } from "../../../../domain/community/users/records";
import { VISIBILITIES } from "../../../../domain/community/users/records";

const AT = "2026-11-27T10:00:00.000Z";

describe("a handle", () => {
	it.each(["ada", "ADA", " ada ", "ａｄａ", "a1-b_c", "x".repeat(30)])("may be %j", text => {
		expect(handleOf(text)).toEqual({ handle: folded(text) });
	});

	it.each([
		"",
		"ad",
		"-ada",
		"ada-",
		"a--b",
		"a-_b",
		"a b",
		"ädä",
		"ada@x",
		"a/b",
		"a.b",
		"x".repeat(31),
		"аda",
		"a\u200bda",
		"a\0b"
	])("is not %j", text => {
		expect(handleOf(text)).toHaveProperty("fault");
	});

	it.each(["accounts", "Admin", "SEARCH", "ｒｏｏｔ", "banyan"])("is none that passes for ours: %s", text => {
		expect(handleOf(text)).toEqual({ fault: expect.stringContaining("keep back") });
	});

	it("of somebody who chose none is one, and tells nothing of them", () => {
		fc.assert(
			fc.property(fc.string(), fc.nat(5), (account, tries) => {
				const handle = freshHandle(account, tries);
				expect(handleOf(handle)).toEqual({ handle });
				expect(account.length > 3 && handle.includes(account)).toBe(false);
			})
		);
	});
});

describe("a profile", () => {
	const ada = freshProfile("a1", "Ada", 0, AT);
	const faults = (changes: Changes): readonly string[] => {
		const changed = changedProfile(ada, changes);
		return "faults" in changed ? changed.faults.map(({ field }) => field) : [];
	};

	it.each<[keyof Changes, Changes]>([
		["name", { name: "Ada\nLovelace" }],
		["name", { name: "\u202eadA" }],
		["name", { name: "\ud800" }],
		["bio", { bio: "a\u0007" }],
		["handle", { handle: "a" }],
		["avatar", { avatar: "http://x.example/a.png" }],
		["avatar", { avatar: "javascript:alert(1)" }],
		["avatar", { avatar: "https://u:p@x.example" }],
		["avatar", { avatar: "data:image/png;base64,AA==" }],
		["avatar", { avatar: "//x.example" }],
		["avatar", { avatar: "nothing" }]
	])("names what is wrong with its %s: %j", (field, changes) => {
		expect(faults(changes)).toEqual([field]);
	});

	it("names each link that is wrong, and all that is wrong at once", () => {
		const links = ["https://x.example/ä", "ftp://x.example", "http://x.example"];
		expect(faults({ handle: "!", name: "\0", links })).toEqual(["handle", "name", "links[1]"]);
	});

	it.each(["", "Ada", "Ада", "👩🏽‍🔬 Ada", "آدا‌ها"])("may be called %j", name => {
		expect(faults({ name })).toEqual([]);
	});

	it("is found by others while it is public, and not at all once it is private; what is not given stays", () => {
		const named = changedProfile(ada, { handle: "Ada-B", name: "ADA  Straße" });
		expect(named).toMatchObject({ profile: { foundByHandle: "ada-b", foundByName: "ada  strasse", bio: "", at: AT } });
		const hidden = "profile" in named ? changedProfile(named.profile, { visibility: "private" }) : named;
		expect(hidden).toMatchObject({ profile: { handle: "ada-b", visibility: "private" } });
		expect(Object.keys("profile" in hidden ? hidden.profile : {})).not.toContain("foundByHandle");
		expect(VISIBILITIES).toContain(ada.visibility);
	});

	it("of somebody who was brought with a name that may not be shown has none", () => {
		expect(freshProfile("a1", "a\u202eb", 0, AT).name).toBe("");
		expect(freshProfile("a1", "x".repeat(81), 0, AT).name).toBe("");
	});
});

describe("a merge patch", () => {
	/** RFC 7396, appendix A. */
	it.each<[JsonValue, JsonValue, JsonValue]>([
		[{ a: "b" }, { a: "c" }, { a: "c" }],
		[{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
		[{ a: "b" }, { a: null }, {}],
		[{ a: "b", b: "c" }, { a: null }, { b: "c" }],
		[{ a: ["b"] }, { a: "c" }, { a: "c" }],
		[{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
		[{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
		[{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
		[
			["a", "b"],
			["c", "d"],
			["c", "d"]
		],
		[{ a: "b" }, ["c"], ["c"]],
		[{ a: "foo" }, null, null],
		[{ a: "foo" }, "bar", "bar"],
		[{ e: null }, { a: 1 }, { e: null, a: 1 }],
		[[1, 2], { a: "b", c: null }, { a: "b" }],
		[{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }]
	])("of %j with %j is %j", (values, patch, is) => {
		expect(merged(values, patch)).toEqual(is);
	});

	it("twice is once, and changes neither of the two, nor what all tables inherit", () => {
		fc.assert(
			fc.property(fc.jsonValue(), fc.jsonValue(), (values, patch) => {
				const before = JSON.stringify([values, patch]);
				const once = merged(values as JsonValue, patch as JsonValue);
				expect(merged(once, patch as JsonValue)).toEqual(once);
				expect(JSON.stringify([values, patch])).toBe(before);
			})
		);
		merged({}, JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'));
		expect(Object.prototype).not.toHaveProperty("polluted");
	});

	it.each([
		{ digest: 1 },
		{ "Mail.digest": 1 },
		{ "mail.": 1 },
		{ "mail..x": 1 },
		{ "": 1 },
		JSON.parse('{"__proto__":1}'),
		{ "a.b.c.d.e.f": 1 },
		{ "mail.x": [[[[[[[[1]]]]]]]] },
		{ "mail.x": "x".repeat(1_000) }
	])("comes to nothing that may not be chosen: %j", values => {
		expect(preferencesFault(values, 1_000)).toEqual(expect.any(String));
	});

	it("may choose what has its owner's name before it", () => {
		expect(preferencesFault({ "mail.digest": { at: ["sunday"] }, "shop-2.cartView": null }, 1_000)).toBeUndefined();
	});
});

describe("an organisation", () => {
	const of = (
		member: string,
		role: Membership["role"],
		at: string,
		state: Membership["state"] = "member"
	): Membership => ({
		id: member,
		kind: "membership",
		organisation: "o",
		member,
		role,
		state,
		at
	});

	it("goes to its first admin, else to its first member, never to whoever is only asked", () => {
		const [asked, late, early] = [of("a", "owner", "1", "invited"), of("b", "member", "3"), of("c", "member", "2")];
		const admin = of("d", "admin", "4");
		expect(heirOf([asked, late, early, admin])).toBe(admin);
		expect(heirOf([asked, late, early])).toBe(early);
		expect(heirOf([asked])).toBeUndefined();
		expect(heirOf([])).toBeUndefined();
	});

	it("lets nobody give more than they have, or change whoever has more", () => {
		expect([mayGive("admin", "owner"), mayGive("member", "member"), mayChange("admin", "owner")]).toEqual([
			false,
			false,
			false
		]);
		expect([mayGive("owner", "owner"), mayGive("admin", "admin"), mayChange("admin", "admin")]).toEqual([
			true,
			true,
			true
		]);
	});
});

describe("the report of an erasure", () => {
	const erasure: Erasure = {
		id: "erasure/r",
		kind: "erasure",
		request: "r",
		account: "a",
		at: AT,
		plannedFor: AT,
		begunAt: AT,
		toldAt: null,
		services: { mail: { count: 2, kept: [], at: AT } }
	};

	it("says of each service whether it has forgotten, is waited for, or is not there", () => {
		const report = reportOf(erasure, { all: ["mail", "oidc", "users"], there: new Set(["mail", "users"]) });
		expect(report.services.map(({ service, state }) => [service, state])).toEqual([
			["mail", "done"],
			["oidc", "not there"],
			["users", "waiting"]
		]);
		expect(report.state).toBe("begun");
		expect(reportOf({ ...erasure, begunAt: null }, { all: [], there: new Set() }).state).toBe("planned");
		expect(reportOf(erasure, { all: ["mail"], there: new Set() }).state).toBe("done");
	});
});

describe("an export", () => {
	const [at, until] = [new Date(0), new Date(3_600_000)];

	it("names who has not answered, and who keeps more than it may hold", () => {
		const first = fresh("a", ["auth", "mail", "users"], at, until);
		const some = added(added(first, "auth", { email: "x" }, 20), "mail", "y".repeat(20), 20);
		expect(missing(some)).toEqual(["users"]);
		expect(some).toMatchObject({ complete: false, kept: { auth: { email: "x" } } });
		expect(some.services.map(({ state }) => state)).toEqual(["answered", "too large", "waiting"]);
		expect(added(some, "users", undefined, 20)).toEqual(some);
		expect(added(some, "users", null, 20)).toMatchObject({ complete: true, kept: { auth: { email: "x" } } });
	});
});
