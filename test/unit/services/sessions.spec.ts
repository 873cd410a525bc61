/** Sessions and the tokens that prove them, in one process. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Broker } from "../../../cluster";
import type { SignedIn } from "../../../contracts/people";
import { openNode } from "../../../node";

let folder: string;
let node: Broker;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-sessions-"));
	node = await openNode({ services: ["sessions", "signing"], logLevel: "fatal" }, { DATA_DIR: folder });
});
afterAll(async () => {
	await node.stop();
	rmSync(folder, { recursive: true });
});

const client = { address: "203.0.113.7", agent: "Firefox", device: null };
const open = (account = "ann"): Promise<SignedIn> =>
	node.call("sessions.open", { account, scopes: ["keys:manage"], factors: ["password"], client, device: null });
const check = (token: string) => node.call("sessions.check", { token });

it("a session is proved by its access token and by its session token alike", async () => {
	const { account, session, accessToken, sessionToken } = await open();
	const person = { account, session, scopes: ["keys:manage"], factors: ["password"], provedAt: expect.any(Number) };
	expect([await check(accessToken), await check(sessionToken)]).toEqual([person, person]);
});

it("once it is closed neither proves anything", async () => {
	const { session, accessToken, sessionToken } = await open();
	await check(accessToken);
	expect(await node.call("sessions.close", { session })).toBe(true);
	expect([await check(accessToken), await check(sessionToken)]).toEqual([null, null]);
	expect(await node.call("sessions.close", { session })).toBe(false);
});

it("all of an account end but one", async () => {
	const [kept, other] = [await open("bob"), await open("bob")];
	expect(await node.call("sessions.closeAll", { account: "bob", except: kept.session })).toBe(1);
	expect(await check(other.accessToken)).toBeNull();
	expect(await check(kept.accessToken)).toMatchObject({ account: "bob" });
});

it("whoever proves another factor has it from then on", async () => {
	const { session, accessToken } = await open();
	const before = await check(accessToken);
	expect(await node.call("sessions.raise", { session, factor: "totp" })).toBe(true);
	const after = await check(accessToken);
	expect(after?.factors).toEqual(["password", "totp"]);
	expect(after?.provedAt).toBeGreaterThanOrEqual(before?.provedAt ?? 0);
	expect(await node.call("sessions.raise", { session: "nobody", factor: "totp" })).toBe(false);
});
