/** `banyan users` and `banyan sessions` against a node in this process, as the command opens one. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "../../../cli/client";
import { type Flags, withClient } from "../../../cli/command";
import { listSessions, revokeSession, revokeSessions } from "../../../cli/commands/sessions";
import {
	createUser,
	deleteUser,
	disableUser,
	enableUser,
	listUsers,
	resetUser,
	showUser
} from "../../../cli/commands/users";
import { clientOn } from "../../../cli/joined";
import type { Broker } from "../../../cluster";
import { SCOPES } from "../../../contracts/cluster";
import { openNode } from "../../../node";
import { captured, type Ended } from "../../support/in-process";
import { until } from "../../support/until";

const SERVICES = ["auth", "sessions", "signing", "guesses", "mfa", "passkeys", "mail", "users", "oidc"];
let folder: string;
let broker: Broker;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-users-"));
	broker = await openNode(
		{ services: SERVICES, logLevel: "fatal", own: true },
		{ DATA_DIR: folder, ADMIN_EMAIL: "Root@Example.com" }
	);
});
afterAll(async () => {
	await broker.stop();
	rmSync(folder, { recursive: true, force: true });
});

const banyan = (work: (client: Client, flags: Flags) => Promise<number>, flags: Flags = {}): Promise<Ended> => {
	const client: Client = { ...clientOn(broker), server: null, close: async () => undefined };
	return captured(() =>
		withClient(
			async () => client,
			"users",
			opened => work(opened, flags)
		)
	);
};
const json = async (work: (client: Client, flags: Flags) => Promise<number>, flags: Flags = {}) =>
	JSON.parse((await banyan(work, { ...flags, json: true })).stdout);

/** Where they are signed in, as a login opens it. */
const signIn = async (account: string): Promise<string> => {
	const client = {
		address: "192.0.2.1",
		agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0",
		device: null
	};
	const { session } = await broker.call("auth.enter", { account, factors: ["passkey"], client });
	return String(session?.session);
};

it("the first administrator is there by ADMIN_EMAIL, once, with all scopes and nobody's password", async () => {
	const [root, ...others] = await json(listUsers);
	expect(others).toEqual([]);
	expect(root).toMatchObject({ email: "root@example.com", verified: false, scopes: Object.keys(SCOPES) });
	expect(await broker.call("auth.hasPassword", { account: root.id })).toBe(false);
});

it("accounts are made, shown and found by their address; twice is told", async () => {
	const made = await banyan((client, flags) => createUser(client, "Ada@Example.com", flags), { name: "Ada" });
	expect([made.code, made.text]).toEqual([0, expect.stringMatching(/ada@example\.com \(Ada\).*A letter to ada@/s)]);
	const shown = await json((client, flags) => showUser(client, "ADA@example.com", flags));
	expect(shown).toMatchObject({ email: "ada@example.com", name: "Ada", scopes: [], state: "active", verified: false });
	expect(await json((client, flags) => showUser(client, shown.id, flags))).toEqual(shown);
	const again = await banyan((client, flags) => createUser(client, "ada@example.com", flags));
	expect([again.code, again.text]).toEqual([1, expect.stringContaining("There is an account of this address")]);
	expect((await banyan(listUsers)).stdout).toMatch(/ada@example\.com +active, not verified .* never +0\n/);
	await until(async () => (await broker.call("auth.hasPassword", { account: shown.id })) === false);
});

it.each<[string, Flags, readonly string[]]>([
	["admin@example.com", { admin: true }, Object.keys(SCOPES)],
	["some@example.com", { scope: ["keys:manage", "keys:manage"] }, ["keys:manage"]]
])("%s may what they were given", async (email, flags, scopes) => {
	expect(await json((client, given) => createUser(client, email, given), flags)).toMatchObject({ email, scopes });
});

it.each<[string, (client: Client, flags: Flags) => Promise<number>, RegExp]>([
	["an address that is none", (client, flags) => createUser(client, "no address", flags), /'email'/],
	[
		"an address of nobody",
		(client, flags) => showUser(client, "nobody@example.com", flags),
		/No account has the address/
	],
	[
		"an id of nobody",
		(client, flags) => disableUser(client, "p000", { ...flags, yes: true }),
		/There is no account 'p000'/
	],
	[
		"sessions of nobody",
		(client, flags) => listSessions(client, "nobody@example.com", flags),
		/No account has the address/
	]
])("%s ends with 1 and a sentence", async (_, work, words) => {
	const { code, text } = await banyan(work);
	expect([code, text]).toEqual([1, expect.stringMatching(words)]);
});

it("whoever is disabled is signed out and let in again when they are enabled", async () => {
	const { id } = await json((client, flags) => createUser(client, "bert@example.com", flags));
	await signIn(id);
	expect(await json((client, flags) => disableUser(client, "bert@example.com", flags))).toMatchObject({
		state: "disabled"
	});
	expect(await json((client, flags) => listSessions(client, id, flags))).toEqual([]);
	await expect(signIn(id)).rejects.toMatchObject({ type: "ACCOUNT_DISABLED" });
	expect((await banyan((client, flags) => enableUser(client, id, flags))).text).toContain("enabled:");
	await signIn(id);
});

it("sessions are listed, ended one by one, and all at once", async () => {
	const { id } = await json((client, flags) => createUser(client, "cleo@example.com", flags));
	expect((await banyan((client, flags) => listSessions(client, id, flags))).stdout).toBe(
		"They are signed in nowhere.\n"
	);
	const first = await signIn(id);
	await signIn(id);
	await signIn(id);
	const listed = await banyan((client, flags) => listSessions(client, "cleo@example.com", flags));
	expect(listed.stdout).toContain(first);
	expect(listed.stdout).toContain("Firefox on Linux");
	const one = await banyan((client, flags) => revokeSession(client, id, first, flags));
	expect(one.stdout).toBe("1 session was ended.\n");
	expect(await json((client, flags) => revokeSessions(client, id, flags))).toEqual({ ended: 2 });
	expect((await banyan((client, flags) => revokeSession(client, id, first, flags))).text).not.toContain(
		"1 session was"
	);
});

it("a reset is a letter, and whoever is deleted is gone with all that is kept of them", async () => {
	const { id } = await json((client, flags) => createUser(client, "dora@example.com", flags));
	const reset = await banyan((client, flags) => resetUser(client, "dora@example.com", flags));
	expect([reset.code, reset.text]).toEqual([0, expect.stringMatching(/A letter to dora@example\.com says how/)]);
	expect((await banyan((client, flags) => deleteUser(client, id, flags), { yes: true })).text).toContain("deleted:");
	expect(await broker.call("auth.account", { id })).toBeNull();
	await until(async () => (await broker.call("users.personal", { account: id })) === null);
});
