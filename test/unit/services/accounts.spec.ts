/** Accounts, in a node as it is composed: over its store, its sessions and its counts of guesses. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashed } from "../../../adapters/passwords/passwords";
import type { Broker } from "../../../cluster";
import { openNode } from "../../../node";

const services = ["auth", "sessions", "signing", "guesses", "mfa", "events", "access"];
const PASSWORD = "seven wild swans";
let folder: string;
let node: Broker;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-accounts-"));
	node = await openNode({ services, logLevel: "fatal" }, { DATA_DIR: folder, GUESSES: "1000" });
});
afterAll(async () => {
	await node.stop();
	rmSync(folder, { recursive: true });
});

it("is brought, once, and lets its owner in", async () => {
	const account = { id: "1", email: "Ada@Example.com", password: await hashed(PASSWORD) };
	const asked = { migration: "m", source: "s", accounts: [account, account] };
	const { results } = await node.call("auth.adoptAll", asked);
	expect(results.map(({ outcome }) => outcome)).toEqual(["created", "unchanged"]);
	const said = await node.call("auth.login", { email: "ada@example.com", password: PASSWORD });
	expect(said).toMatchObject({ account: results[0]?.account, second: null, token_type: "bearer" });
	await expect(node.call("auth.login", { email: "ada@example.com", password: "x" })).rejects.toMatchObject({
		type: "CREDENTIALS_WRONG"
	});
});
