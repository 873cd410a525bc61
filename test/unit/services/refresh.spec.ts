/**
 * Refresh tokens: rotated by the second design of PLATFORM.md §1, one live child, the same pair for whoever shows the same token
 * within the grace. The four of Hydra's acceptance list (hydra PR#2827) verbatim, and A4.
 */

import { setTimeout as sleep } from "node:timers/promises";
import type { Broker } from "../../../cluster";
import {
	aged,
	CLIENT,
	checked,
	openSession,
	openSessions,
	refreshed,
	refusedAs,
	type SessionsNode,
	stored
} from "../../support/sessions-node";
import { until } from "../../support/until";

const GRACE_MS = 60_000;
const AFTER_GRACE = GRACE_MS + 1_000;

let opened: SessionsNode;
let node: Broker;
beforeAll(async () => {
	opened = await openSessions({ REFRESH_GRACE: String(GRACE_MS / 1000) });
	node = opened.node;
});
afterAll(() => opened?.[Symbol.asyncDispose]());

const reusedOf = (session: string) => opened.reused.filter(each => each.session === session);
const auditOf = (session: string) => opened.log.filter(line => line.includes(session));

describe("Hydra's acceptance list (A4)", () => {
	it("1: refresh inside the grace works", async () => {
		const { refreshToken } = await openSession(node);
		const first = await refreshed(node, refreshToken);
		expect(await refreshed(node, refreshToken)).toEqual(first);
		expect(await checked(node, first.accessToken)).toMatchObject({ account: "ann" });
	});

	it("2: revoking one token revokes all grace tokens", async () => {
		const { refreshToken, session } = await openSession(node);
		const [first, again] = [await refreshed(node, refreshToken), await refreshed(node, refreshToken)];
		await node.call("sessions.close", { session });
		for (const token of [refreshToken, first.refreshToken, again.refreshToken])
			expect(await refusedAs(refreshed(node, token ?? ""))).toBe("SESSION_OVER");
		for (const { accessToken } of [first, again]) expect(await checked(node, accessToken)).toBeNull();
		// Ended, not stolen.
		expect(reusedOf(session)).toEqual([]);
	});

	it("3: rotating a grace token works and does not affect others", async () => {
		const other = await openSession(node, "ann");
		const { refreshToken } = await openSession(node);
		const [one, two] = [await refreshed(node, refreshToken), await refreshed(node, refreshToken)];
		const next = await refreshed(node, one.refreshToken ?? "");
		expect(next.refreshToken).not.toBe(one.refreshToken);
		// Whoever got the same one by a replay goes on with it, too, and comes to the same.
		expect(await refreshed(node, two.refreshToken ?? "")).toEqual(next);
		for (const { accessToken } of [one, two, next, other])
			expect(await checked(node, accessToken)).toMatchObject({ account: "ann" });
		expect(await refreshed(node, other.refreshToken)).toMatchObject({ session: other.session });
	});

	it("4: reuse after the grace revokes the family", async () => {
		const { refreshToken, session, sessionToken, accessToken } = await openSession(node);
		const next = await refreshed(node, refreshToken);
		await aged(node, session, AFTER_GRACE);
		expect(await refusedAs(refreshed(node, refreshToken))).toBe("SESSION_OVER");
		expect(await refusedAs(refreshed(node, next.refreshToken ?? ""))).toBe("SESSION_OVER");
		for (const token of [accessToken, next.accessToken, sessionToken]) expect(await checked(node, token)).toBeNull();
	});
});

it("A4: 50 concurrent refreshes with one token: every caller gets the same pair, one live child", async () => {
	const { refreshToken, session } = await openSession(node);
	const answers = await Promise.all(Array.from({ length: 50 }, () => refreshed(node, refreshToken)));
	expect(new Set(answers.map(each => JSON.stringify(each))).size).toBe(1);
	expect((await stored(node).get(session))?.generation).toBe(1);
	const next = await Promise.all(answers.map(each => refreshed(node, each.refreshToken ?? "")));
	expect(new Set(next.map(each => JSON.stringify(each))).size).toBe(1);
	expect((await stored(node).get(session))?.generation).toBe(2);
});

it("A4: replay after the grace ends the family, tells one security event and writes one audit line, however often", async () => {
	const { refreshToken, session, account } = await openSession(node);
	await refreshed(node, refreshToken);
	await aged(node, session, AFTER_GRACE);
	const answers = await Promise.all(Array.from({ length: 20 }, () => refusedAs(refreshed(node, refreshToken))));
	expect(new Set(answers)).toEqual(new Set(["SESSION_OVER"]));
	await until(() => reusedOf(session).length > 0);
	// One that came twice would come behind another one.
	const later = await openSession(node);
	await refreshed(node, later.refreshToken);
	await aged(node, later.session, AFTER_GRACE);
	await refusedAs(refreshed(node, later.refreshToken));
	await until(() => reusedOf(later.session).length > 0);
	expect(reusedOf(session)).toEqual([{ account, session, device: "Firefox", at: expect.any(Number) }]);
	expect(auditOf(session)).toHaveLength(1);
});

it("A4: the absolute end never moves", async () => {
	const { node: short, ...rest } = await openSessions({ SESSION_SLIDING: "3600", SESSION_ABSOLUTE: "3600" });
	try {
		let { refreshToken, session } = await openSession(short);
		const end = (await stored(short).get(session))?.endsAt;
		for (let times = 0; times < 3; times++) {
			await sleep(2);
			refreshToken = (await refreshed(short, refreshToken)).refreshToken ?? "";
			expect((await stored(short).get(session))?.endsAt).toBe(end);
		}
		const found = await stored(short).get(session);
		if (found) await stored(short).put({ ...found, openedAt: found.openedAt - 3_600_000 });
		expect(await refusedAs(refreshed(short, refreshToken))).toBe("SESSION_OVER");
	} finally {
		await rest[Symbol.asyncDispose]();
	}
});

it("using the new pair closes the window: the token before it ends the session, within the grace, too", async () => {
	const { refreshToken, session } = await openSession(node);
	const next = await refreshed(node, refreshToken);
	await refreshed(node, next.refreshToken ?? "");
	expect(await refusedAs(refreshed(node, refreshToken))).toBe("SESSION_OVER");
	await until(() => reusedOf(session).length === 1);
});

it("within the grace another client gets nothing, and ends it", async () => {
	const { refreshToken, session } = await openSession(node);
	await refreshed(node, refreshToken);
	const other = { client: { ...CLIENT, agent: "curl/8" } };
	expect(await refusedAs(refreshed(node, refreshToken, other))).toBe("SESSION_OVER");
	await until(() => reusedOf(session).length === 1);
});

describe("a token that is none", () => {
	it.each([
		["none", ""],
		["of another kind", "hello"],
		["that was cut", (token: string) => token.slice(0, -1)],
		["with more behind it", (token: string) => `${token}A`],
		["of another generation", (token: string) => token.replace(".0.", ".1.")],
		["with a zero before its generation", (token: string) => token.replace(".0.", ".00.")],
		["of another session", (token: string) => token.replace(/^bnr_./, "bnr_!")],
		["with another MAC", (token: string) => `${token.slice(0, -43)}${"A".repeat(43)}`],
		["of a session, as a cookie has it", (_: string, session: string) => session]
	])("%s: is refused like one that is over, and ends nothing", async (_, made) => {
		const { refreshToken, sessionToken } = await openSession(node);
		const text = typeof made === "string" ? made : made(refreshToken, sessionToken);
		await expect(refreshed(node, text)).rejects.toMatchObject({
			type: "SESSION_OVER",
			code: 401,
			message: "This proves no session that goes on: sign in again, and send what you are given then."
		});
		expect(await refreshed(node, refreshToken)).toMatchObject({ account: "ann" });
	});
});

it("by its cookie a session gives an access token and no refresh token, and the cookie goes on", async () => {
	const { sessionToken, session } = await openSession(node);
	const meta = { cookies: { session: sessionToken } };
	const answer = await node.call("sessions.refresh", {}, { meta });
	expect(answer).toMatchObject({ session, refreshToken: null });
	expect(await checked(node, answer.accessToken)).toMatchObject({ session });
	await node.call("sessions.close", { session });
	expect(await refusedAs(node.call("sessions.refresh", {}, { meta }))).toBe("SESSION_OVER");
	expect(await refusedAs(node.call("sessions.refresh", {}))).toBe("SESSION_OVER");
});

it("one that the store forgot when a backup was put back goes on from where its holder is", async () => {
	const { refreshToken, session } = await openSession(node);
	const before = await stored(node).get(session);
	const next = await refreshed(node, refreshToken);
	if (before) await stored(node).put(before);
	expect(await refreshed(node, next.refreshToken ?? "")).toMatchObject({ session });
	expect((await stored(node).get(session))?.generation).toBe(2);
});
