/** Sessions on several nodes that share a store: one live child, one end, one list of keys, whichever node is asked. */

import type { Broker } from "../../cluster";
import type { SignedIn } from "../../contracts/people";
import type { SigningKey } from "../../contracts/platform/signing";
import { textOf } from "../../domain/unknown";
import { type ClusterNodes, startCluster } from "../support/cluster-nodes";
import { aged, checked, openSession, refreshed, refusedAs, stored } from "../support/sessions-node";
import { until } from "../support/until";

const SERVICES = "gateway,access,idempotency,sessions,signing";
const GRACE_MS = 120_000;
let cluster: ClusterNodes;
let nodes: readonly [Broker, Broker];
beforeAll(async () => {
	cluster = await startCluster({ GATEWAY_PORT: "0", REFRESH_GRACE: String(GRACE_MS / 1000), SIGNING_KEY_LEAD: "2" });
	nodes = await Promise.all([
		cluster.open({ id: "one", services: SERVICES }),
		cluster.open({ id: "two", services: SERVICES })
	]);
});
afterAll(() => cluster?.[Symbol.asyncDispose]());

const at = (nth: number): Broker => nodes[nth % 2] as Broker;
const urlOf = (node: Broker): string => String(textOf(node.getLocalService("gateway"), "address"));
const mine = async (node: Broker, token: string): Promise<number> => {
	const answer = await fetch(`${urlOf(node)}/api/v1/auth/sessions`, { headers: { authorization: `Bearer ${token}` } });
	await answer.text();
	return answer.status;
};
const refreshAt = async (node: Broker, refreshToken: string): Promise<string> => {
	const answer = await fetch(`${urlOf(node)}/api/v1/auth/refresh`, {
		method: "POST",
		headers: { "content-type": "application/json", "user-agent": "Firefox" },
		body: JSON.stringify({ refreshToken })
	});
	return `${answer.status} ${await answer.text()}`;
};

it("A4: 50 concurrent refreshes with one token at two nodes: every caller gets the same pair, one live child", async () => {
	const { refreshToken, session } = await openSession(at(0));
	const answers = await Promise.all(Array.from({ length: 50 }, (_, nth) => refreshAt(at(nth), refreshToken)));
	expect(new Set(answers).size).toBe(1);
	expect(answers[0]).toMatch(/^200 /);
	expect((await stored(at(1)).get(session))?.generation).toBe(1);
});

it("A4: a replay at one node after the grace ends what was refreshed at the other", async () => {
	const { refreshToken, session } = await openSession(at(0));
	const next = await refreshed(at(1), refreshToken);
	await aged(at(0), session, GRACE_MS + 60_000);
	const both = await Promise.all([0, 1].map(nth => refusedAs(refreshed(at(nth), refreshToken))));
	expect(both).toEqual(["SESSION_OVER", "SESSION_OVER"]);
	expect(await refusedAs(refreshed(at(1), next.refreshToken ?? ""))).toBe("SESSION_OVER");
	expect(await checked(at(0), next.accessToken)).toBeNull();
});

it("a session that is ended at one is refused at the other within a second, whether or not that one is told", async () => {
	for (const isTold of [true, false]) {
		const { session, accessToken }: SignedIn = await openSession(at(0), "ada");
		expect([await mine(at(0), accessToken), await mine(at(1), accessToken)]).toEqual([200, 200]);
		const since = performance.now();
		if (isTold) await at(0).call("sessions.close", { session });
		// Behind the service's back: nobody is told.
		else await stored(at(0)).remove(session);
		let last = since;
		await until(async () => {
			const asked = performance.now();
			const isRefused = (await mine(at(1), accessToken)) === 401;
			if (!isRefused) last = asked;
			return isRefused;
		});
		// When the last one was asked that was answered.
		expect([isTold, last - since < 1_000]).toEqual([isTold, true]);
	}
});

it("nodes that need a key at once have one, another one signs at both once it was public, and what was signed holds", async () => {
	const keysAt = (node: Broker): Promise<readonly SigningKey[]> => node.call("signing.list");
	const before = await openSession(at(0), "bob");
	expect((await keysAt(at(1))).map(({ kid }) => kid)).toEqual((await keysAt(at(0))).map(({ kid }) => kid));
	const made = await Promise.all([at(0).call("signing.rotate"), at(1).call("signing.rotate")]);
	expect(made[1]).toEqual(made[0]);
	const kidOf = (token: string): string =>
		JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString()).kid;
	expect(kidOf((await openSession(at(1), "bob")).accessToken)).toBe(kidOf(before.accessToken));
	// Another one's: of somebody's own the oldest would end.
	const signedAt = async (nth: number) => kidOf((await openSession(at(nth), "eve")).accessToken);
	for (const nth of [1, 0]) await until(async () => (await signedAt(nth)) === made[0]?.kid);
	for (const node of nodes) expect(await checked(node, before.accessToken)).toMatchObject({ account: "bob" });
	// Within the grace it is the pair of before, signed with the key of then.
	const [one, other] = [await refreshed(at(0), before.refreshToken), await refreshed(at(1), before.refreshToken)];
	expect(other).toEqual(one);
});
