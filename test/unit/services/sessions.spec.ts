/** Sessions and the tokens that prove them, in one process. */

import type { Collection } from "../../../adapters/collection";
import type { Broker } from "../../../cluster";
import type { StoredSession } from "../../../services/platform/sessions/record";
import type { StoredKey } from "../../../services/platform/signing/ring";
import {
	checked,
	openSession,
	openSessions,
	refreshed,
	refusedAs,
	type SessionsNode,
	stored
} from "../../support/sessions-node";
import { until } from "../../support/until";

const DAY_MS = 86_400_000;
const TOUCH_MS = 300_000;
let opened: SessionsNode;
let node: Broker;
beforeAll(async () => {
	opened = await openSessions({ SESSIONS_EACH: "3", SESSION_SLIDING: "86400", SESSION_ABSOLUTE: "864000" });
	node = opened.node;
});
afterAll(() => opened?.[Symbol.asyncDispose]());

const change = async (id: string, changed: (session: StoredSession) => Partial<StoredSession>): Promise<void> => {
	const found = await stored(node).get(id);
	if (found) await stored(node).put({ ...found, ...changed(found) });
	// As a node hears of it.
	await node.broadcast("sessions.changed", { account: null, session: null });
};

it("a session is proved by its access token and by its session token alike", async () => {
	const { account, session, accessToken, sessionToken } = await openSession(node);
	const person = { account, session, scopes: ["keys:manage"], factors: ["password"], provedAt: expect.any(Number) };
	expect([await checked(node, accessToken), await checked(node, sessionToken)]).toEqual([person, person]);
});

it("once it is closed neither proves anything", async () => {
	const { session, accessToken, sessionToken } = await openSession(node);
	await checked(node, accessToken);
	expect(await node.call("sessions.close", { session })).toBe(true);
	expect([await checked(node, accessToken), await checked(node, sessionToken)]).toEqual([null, null]);
	expect(await node.call("sessions.close", { session })).toBe(false);
});

it("all of an account end but one", async () => {
	const [kept, other] = [await openSession(node, "bob"), await openSession(node, "bob")];
	expect(await node.call("sessions.closeAll", { account: "bob", except: kept.session })).toBe(1);
	expect(await checked(node, other.accessToken)).toBeNull();
	expect(await checked(node, kept.accessToken)).toMatchObject({ account: "bob" });
});

it("whoever proves another factor has it from then on", async () => {
	const { session, accessToken } = await openSession(node);
	const before = await checked(node, accessToken);
	expect(await node.call("sessions.raise", { session, factor: "totp" })).toBe(true);
	const after = await checked(node, accessToken);
	expect(after?.factors).toEqual(["password", "totp"]);
	expect(after?.provedAt).toBeGreaterThanOrEqual(before?.provedAt ?? 0);
	expect(await node.call("sessions.raise", { session: "nobody", factor: "totp" })).toBe(false);
});

it("for one more than an account may have the one that was used the longest ago ends", async () => {
	const all = [await openSession(node, "cleo"), await openSession(node, "cleo"), await openSession(node, "cleo")];
	await change(String(all[1]?.session), ({ usedAt }) => ({ usedAt: usedAt - 60_000 }));
	await openSession(node, "cleo");
	const said = await Promise.all(all.map(each => checked(node, each.accessToken)));
	expect(said.map(each => each !== null)).toEqual([true, false, true]);
});

describe("the last use", () => {
	it("is noted where it is old, and moves the sliding end alone", async () => {
		const { session, accessToken } = await openSession(node, "dan");
		await change(session, ({ usedAt, openedAt }) => ({ usedAt: usedAt - TOUCH_MS, openedAt: openedAt - TOUCH_MS }));
		const before = await stored(node).get(session);
		await checked(node, accessToken);
		await until(async () => ((await stored(node).get(session))?.usedAt ?? 0) > (before?.usedAt ?? 0));
		const after = await stored(node).get(session);
		expect(after?.openedAt).toBe(before?.openedAt);
		expect(after?.endsAt).toBe((after?.usedAt ?? 0) + DAY_MS);
	});

	it("is not noted where it is young: a request costs no write", async () => {
		const { session, accessToken, sessionToken } = await openSession(node, "dan");
		const before = await stored(node).read(session);
		for (const token of [accessToken, sessionToken]) {
			await node.broadcast("sessions.changed", { account: null, session: null });
			await checked(node, token);
		}
		expect((await stored(node).read(session))?.version).toBe(before?.version);
	});
});

it.each([
	["nobody used it for so long", { usedAt: -DAY_MS }],
	["it was opened so long ago", { openedAt: -10 * DAY_MS }],
	["it was to end by then", { endsAt: -DAY_MS }]
])("it is over once %s, and is swept away; others stay", async (_, back) => {
	const [over, other] = [await openSession(node, "eve"), await openSession(node, "eve")];
	const moved = (session: StoredSession) =>
		Object.fromEntries(Object.entries(back).map(([field, ms]) => [field, Number(Reflect.get(session, field)) + ms]));
	await change(over.session, moved);
	expect(await checked(node, over.accessToken)).toBeNull();
	expect(await refusedAs(refreshed(node, over.refreshToken))).toBe("SESSION_OVER");
	await change(over.session, () => ({ endsAt: Date.now() - 1 }));
	expect(await node.call("sessions.sweep")).toBe(1);
	expect(await stored(node).get(over.session)).toBeUndefined();
	expect(await checked(node, other.accessToken)).toMatchObject({ account: "eve" });
	await node.call("sessions.close", { session: other.session });
});

it("what is over is swept away, however much it is", async () => {
	const gone = await openSession(node, "fay");
	const record = await stored(node).get(gone.session);
	if (!record) throw new Error("It is not there.");
	const inserts = Array.from({ length: 600 }, (_, nth) => ({
		insert: { ...record, id: `over-${nth}`, account: "swept", endsAt: nth }
	}));
	await stored(node).write(inserts);
	expect(await node.call("sessions.sweep")).toBe(600);
	expect(await stored(node).count({ account: "swept" })).toBe(0);
});

describe("signing keys", () => {
	const keys = (): Collection<StoredKey> =>
		(node.getLocalService("signing") as unknown as { signingKeys: Collection<StoredKey> }).signingKeys;
	/** As though so much time had gone by, for all of them. */
	const age = async (ms: number): Promise<void> => {
		for await (const key of keys().each())
			await keys().put({ ...key, createdAt: key.createdAt - ms, signsFrom: key.signsFrom - ms });
		forget();
	};
	/** What was read is a while ago. */
	const forget = (): void => {
		const { keyRing } = node.getLocalService("signing") as unknown as { keyRing: { read: undefined } };
		keyRing.read = undefined;
	};
	const listed = async () => (await node.call("signing.list")).map(({ state }) => state);
	const kidOf = (token: string): string =>
		JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString()).kid;

	it("are replaced by themselves at their age: public first, then signing, gone once nothing that they signed holds", async () => {
		const first = await openSession(node, "gus");
		expect(await listed()).toEqual(["signing"]);
		await age(90 * DAY_MS);
		const second = await openSession(node, "gus");
		await until(async () => String(await listed()) === "published,signing");
		expect(kidOf(second.accessToken)).toBe(kidOf(first.accessToken));
		await age(902_000);
		const third = await openSession(node, "gus");
		expect(kidOf(third.accessToken)).not.toBe(kidOf(first.accessToken));
		expect(await listed()).toEqual(["signing", "retired"]);
		expect(await checked(node, second.accessToken)).toMatchObject({ account: "gus" });
		// Ten minutes and what clocks differ.
		await age(611_000);
		expect(await listed()).toEqual(["signing"]);
		await age(90 * DAY_MS);
		await openSession(node, "gus");
		await until(async () => (await keys().get(kidOf(first.accessToken))) === undefined);
		await until(async () => String(await listed()) === "published,signing");
	});
});
