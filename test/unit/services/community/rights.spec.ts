/** What a person may ask for: in a node as it is composed, over the real services that keep something of people. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashed } from "../../../../adapters/passwords/passwords";
import type { Broker } from "../../../../cluster";
import { openNode } from "../../../../node";
import { KEEPERS } from "../../../../services/community/users/keepers";
import { madeProfile } from "../../../../services/community/users/profiles";
import type { People } from "../../../support/people";
import { until } from "../../../support/until";

const PASSWORD = "seven wild swans";
const ADA = { email: "ada.byron@example.com", name: "Augusta Ada Byron", bio: "Poetical science, 1843." } as const;

let folder: string;
let node: Broker;
const start = async (settings: Record<string, string> = {}): Promise<void> => {
	const services = [
		"access",
		"auth",
		"events",
		"guesses",
		"idempotency",
		"mail",
		"mfa",
		"sessions",
		"signing",
		"users"
	];
	node = await openNode({ services, logLevel: "fatal" }, { DATA_DIR: folder, EVENT_RETRY_FIRST: "1", ...settings });
};
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-rights-"));
	await start();
});
afterAll(async () => {
	await node.stop();
	rmSync(folder, { recursive: true });
});

const as = (account: string) => ({
	meta: {
		caller: {
			id: `person:${account}`,
			scopes: [],
			person: { account, session: "s", scopes: [], factors: [], provedAt: 0 }
		}
	}
});

/** Somebody whose profile is there. */
async function brought(
	id: string,
	{ email, name }: { readonly email: string; readonly name: string }
): Promise<string> {
	const given = { migration: "m", source: "s", accounts: [{ id, email, name, password: await hashed(PASSWORD) }] };
	const { results } = await node.call("auth.adoptAll", given as never);
	const account = results[0]?.account ?? "";
	await until(async () => (await node.call("users.me", {}, as(account))).name === name);
	return account;
}

/** Whatever stands in any file below the folder. */
function written(): string {
	const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
	return files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), "latin1")).join("\n");
}

it("gives all that is kept, service by service, and asks again whoever did not answer", async () => {
	const account = await brought("1", { email: "grace@example.com", name: "Grace" });
	await expect(node.call("users.exported", {}, as(account))).rejects.toMatchObject({ type: "EXPORT_NOT_FOUND" });
	const { letters } = node.getLocalService("mail") as unknown as { readonly letters: { each: unknown } };
	const { each } = letters;
	letters.each = () => {
		throw new Error("away");
	};
	const first = await node.call("users.export", {}, as(account));
	expect(first.complete).toBe(false);
	expect(first.services).toContainEqual({ service: "mail", state: "waiting", bytes: 0 });
	expect(first.kept).toMatchObject({ auth: { email: "grace@example.com" }, users: { profile: { name: "Grace" } } });
	expect(JSON.stringify(first)).not.toMatch(/argon2|\$|password/i);
	letters.each = each;
	const again = await node.call("users.exported", {}, as(account));
	expect(again.services).toContainEqual({ service: "mail", state: "answered", bytes: 4 });
	expect(again.madeAt).toBe(first.madeAt);
	expect(written()).not.toContain(`"users":{"profile"`);
});

it("forgets somebody in every file, reports service by service, and leaves others as they were", async () => {
	const [ada, bob] = [await brought("2", ADA), await brought("3", { email: "bob@example.com", name: "Bob" })];
	await node.call("users.change", { handle: "ada-byron", bio: ADA.bio, links: ["https://byron.example/ada"] }, as(ada));
	await node.call("users.change", { handle: "bob" }, as(bob));
	await node.call("users.choose", { preferences: { "mail.digest": "sundays at noon" } }, as(ada));
	await node.call("users.create", { handle: "engines", name: "Engines" }, as(ada));
	await node.call("users.invite", { handle: "engines", whom: "bob" }, as(ada));
	await node.call("users.accept", { handle: "engines" }, as(bob));
	await node.call("users.follow", { handle: "bob" }, as(ada));
	await node.call("users.follow", { handle: "ada-byron" }, as(bob));
	await node.call("users.export", {}, as(ada));
	const asked = { client: `person:${ada}`, key: "once", digest: "d" };
	await node.call("idempotency.begin", asked);
	const said = [ADA.email, ADA.name, ADA.bio, "ada-byron", "byron.example", "sundays at noon"];
	expect(said.filter(text => !written().includes(text))).toEqual([]);

	const { id, token } = await node.call("users.erase", {}, as(ada));
	expect((await node.call("users.erase", {}, as(ada))).id).toBe(id);
	await until(async () => {
		const { services } = await node.call("users.ownErasure", { id, token });
		return services.every(({ state }) => state !== "waiting");
	});
	const report = await node.call("users.erasure", { id });
	expect(report.services.map(({ service }) => service)).toEqual([...KEEPERS].sort());
	expect(report.services.find(({ service }) => service === "users")).toMatchObject({ state: "done", count: 7 });
	expect(report.services.find(({ service }) => service === "idempotency")).toMatchObject({ state: "done", count: 1 });
	expect(await node.call("idempotency.begin", asked)).toMatchObject({ state: "new" });
	// The letter that says so goes to the address: it is gone from here, and there as any letter is.
	await until(() => written().includes("Your account was deleted"));
	await until(() => said.every(text => !inStores().includes(text)), "nothing of them is in any store");

	expect(await node.call("users.me", {}, as(bob))).toMatchObject({ followers: 0, following: 0 });
	expect(await node.call("users.members", { handle: "engines" }, as(bob))).toMatchObject({
		items: [{ handle: "bob", role: "owner" }]
	});
	await expect(node.call("users.me", {}, as(ada))).rejects.toMatchObject({ type: "USER_NOT_FOUND" });
	await expect(node.call("users.ownErasure", { id, token: `${token}x` })).rejects.toMatchObject({
		type: "ERASURE_NOT_FOUND"
	});
	await expect(node.call("users.ownErasure", { id: "none", token })).rejects.toMatchObject({
		type: "ERASURE_NOT_FOUND"
	});
});

/** But for letters that went to the folder that stands for the post. */
function inStores(): string {
	const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
	return files
		.filter(({ name }) => !name.endsWith(".eml"))
		.map(({ parentPath, name }) => readFileSync(join(parentPath, name), "latin1"))
		.join("\n");
}

it("forgets a profile that an account left behind", async () => {
	const { people } = node.getLocalService("users") as unknown as { readonly people: People };
	const { handle } = await madeProfile(people, "gone", "Gone");
	const { id } = await node.call("users.eraseFor", { handle });
	const { services } = await node.call("users.erasure", { id });
	expect(services.find(({ service }) => service === "users")).toMatchObject({ state: "done", count: 2 });
	await expect(node.call("users.eraseFor", { handle })).rejects.toMatchObject({ type: "USER_NOT_FOUND" });
});

it("welcomes whoever registers themselves, and nobody who was brought", () => {
	expect(written()).not.toContain("You have a profile now");
});

describe("what is asked wrongly is refused with a sentence, and changes nothing", () => {
	let eve: string;
	beforeAll(async () => {
		eve = await brought("9", { email: "eve@example.com", name: "Eve" });
		await node.call("users.change", { handle: "evelyn" }, as(eve));
		await node.call("users.create", { handle: "evens", name: "Evens" }, as(eve));
	});
	const HUGE = "x".repeat(5_000);
	const THINGS = [null, 0, true, [], {}, "", HUGE];
	/** Of each field, what it may not be. */
	const WRONG: Readonly<Record<string, Readonly<Record<string, readonly unknown[]>>>> = {
		change: {
			handle: [...THINGS, "a b", "admin"],
			name: [null, 0, [], {}, HUGE, "a\u202eb"],
			bio: [null, 0, [], {}, HUGE, "a\0"],
			links: [null, 0, "https://x.example", {}, [""], [HUGE], ["javascript:1"], Array(6).fill("https://x.example")],
			avatar: [0, [], {}, "", HUGE, "http://x.example"],
			visibility: [null, 0, "hidden", ["public"]],
			account: ["someone"],
			followers: [5]
		},
		choose: { preferences: [null, 0, "x", [], { digest: 1 }, { "mail.x": HUGE.repeat(5) }] },
		show: { handle: [...THINGS, "nobody-here", "evens"] },
		search: { q: THINGS, limit: [0, 101, "x"], after: ["x", "2.x", HUGE] },
		follow: { handle: [...THINGS, "nobody-here", "evelyn", "evens"] },
		unfollow: { handle: [...THINGS, "nobody-here"] },
		followers: { handle: [...THINGS, "nobody-here"], after: ["x", "bm90IG91cnM"], limit: [0, "x"] },
		create: { handle: [...THINGS, "evelyn", "evens", "search"], name: [...THINGS, "a\nb"], about: [0, HUGE, "\0"] },
		invite: { handle: [...THINGS, "nobody-here"], whom: [...THINGS, "nobody-here"], role: ["king", 1] },
		accept: { handle: [...THINGS, "nobody-here"] },
		assign: { whom: ["nobody-here", "evelyn"], role: ["king", null] },
		dismiss: { whom: [...THINGS, "nobody-here", "evelyn"] },
		leave: { handle: [...THINGS, "nobody-here", "evens"] },
		erasure: { id: [...THINGS, "nobody-here"] },
		ownErasure: { id: [...THINGS, "nobody-here"], token: [...THINGS, "x"] }
	};
	/** Without the one that is wrong all would be well. */
	const RIGHT: Readonly<Record<string, object>> = {
		search: { q: "e" },
		followers: { handle: "evelyn" },
		create: { handle: "odds", name: "Odds" },
		invite: { handle: "evens", whom: "bob" },
		assign: { handle: "evens", whom: "evelyn", role: "member" },
		dismiss: { handle: "evens", whom: "evelyn" },
		ownErasure: { id: "r", token: "t" }
	};
	const REFUSED = /^(VALIDATION_ERROR|REQUEST_INVALID|[A-Z]+_NOT_FOUND|HANDLE_TAKEN|OWNER_NEEDED|FORBIDDEN)$/;

	it.each(Object.keys(WRONG))("users.%s", async name => {
		const { call } = node as unknown as { call(action: string, params: object, options: object): Promise<unknown> };
		const before = await node.call("users.me", {}, as(eve));
		for (const [field, values] of Object.entries(WRONG[name] ?? {}))
			for (const value of values) {
				const params = { ...RIGHT[name], [field]: value };
				const said = await call.call(node, `users.${name}`, params, as(eve)).then(
					answer => `${field} ${JSON.stringify(value)?.slice(0, 50)} was taken: ${JSON.stringify(answer)}`,
					({ type }: { type?: string }) => type
				);
				expect(said).toMatch(REFUSED);
			}
		expect(await node.call("users.me", {}, as(eve))).toEqual(before);
	});

	it.each(["me", "change", "export", "erase", "keep", "memberships", "follow", "create"])(
		"users.%s of nobody, or of a key (A6)",
		async name => {
			const { call } = node as unknown as { call(action: string, params: object, options?: object): Promise<unknown> };
			const params = RIGHT[name] ?? (name === "follow" ? { handle: "evelyn" } : {});
			for (const meta of [{}, { caller: { id: "k1", scopes: ["users:manage"] } }])
				await expect(call.call(node, `users.${name}`, params, { meta })).rejects.toMatchObject({ type: "FORBIDDEN" });
		}
	);
});

it("can be taken back until its time has come, and not after", async () => {
	await node.stop();
	await start({ ERASURE_GRACE: "3600" });
	const account = await brought("4", { email: "dan@example.com", name: "Dan" });
	const { id, state } = await node.call("users.erase", {}, as(account));
	expect(state).toBe("planned");
	await node.call("users.keep", {}, as(account));
	await expect(node.call("users.erasure", { id })).rejects.toMatchObject({ type: "ERASURE_NOT_FOUND" });
	await expect(node.call("users.keep", {}, as(account))).rejects.toMatchObject({ type: "ERASURE_NOT_FOUND" });
	expect(await node.call("users.me", {}, as(account))).toMatchObject({ name: "Dan" });
});
