/** What a person may ask for: in a node as it is composed, over the real services that keep something of people. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashed } from "../../../../adapters/passwords/passwords";
import type { Broker } from "../../../../cluster";
import { openNode } from "../../../../node";
import { KEEPERS } from "../../../../services/community/users/keepers";
import { until } from "../../../support/until";

const PASSWORD = "seven wild swans";
const ADA = { email: "ada.byron@example.com", name: "Augusta Ada Byron", bio: "Poetical science, 1843." } as const;

let folder: string;
let node: Broker;
const start = async (settings: Record<string, string> = {}): Promise<void> => {
	const services = ["access", "auth", "events", "guesses", "mail", "mfa", "sessions", "signing", "users"];
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
