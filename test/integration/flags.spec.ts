/** Feature flags on two gateways of one cluster, over NATS: a flag at 25 % is the same on both, by whichever service it is asked. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Broker } from "../../cluster";
import type { FlagContext } from "../../contracts/platform/flag-shapes";
import { bucketOf } from "../../domain/bucket";
import { textOf } from "../../domain/unknown";
import { FlagAnswers } from "../../mixins/flags/answers";
import { type ClusterNodes, startCluster } from "../support/cluster-nodes";
import { flagOf } from "../support/flags";
import { until } from "../support/until";

let cluster: ClusterNodes;
let nodes: readonly Broker[];
/** What a service of each node answers by itself, and of one that keeps no flags. */
let answers: readonly FlagAnswers[];
let key: string;

beforeAll(async () => {
	cluster = await startCluster({ GATEWAY_PORT: "0" });
	const all = "gateway,access,idempotency,flags";
	nodes = [
		await cluster.open({ id: "one", services: all }),
		await cluster.open({ id: "two", services: all }),
		await cluster.open({ id: "three", services: "transformer" })
	];
	answers = nodes.map(node => new FlagAnswers(node));
	const [file] = ["one", "two"].map(id => join(cluster.folder, id, "api-key")).filter(each => existsSync(each));
	key = readFileSync(String(file), "utf8").trim();
});
afterAll(() => cluster?.[Symbol.asyncDispose]());

async function ask(nth: number, method: string, path: string, body: object): Promise<Record<string, unknown>> {
	const url = textOf(nodes[nth]?.getLocalService("gateway"), "address");
	const answer = await fetch(`${url}${path}`, {
		method,
		headers: { "x-api-key": key, "content-type": "application/json" },
		body: JSON.stringify(body)
	});
	return (await answer.json()) as Record<string, unknown>;
}

const people: readonly FlagContext[] = Array.from({ length: 40 }, (_, n) => ({ targetingKey: `person-${n}` }));
const isIn = ({ targetingKey }: FlagContext, percent: number): boolean =>
	bucketOf("checkout", String(targetingKey)) <= percent;

/** Who has it, by the gateway of a node. */
const byGateway = (nth: number): Promise<unknown[]> =>
	Promise.all(
		people.map(async context => (await ask(nth, "POST", "/ofrep/v1/evaluate/flags/checkout", { context })).value)
	);
/** By a service of a node, which asks nobody. */
const byService = (nth: number): boolean[] => people.map(context => answers[nth]?.isOn("checkout", context) === true);

const allHave = (revision: number): Promise<void> =>
	until(() => answers.every(each => each.revision === revision), `that all nodes go by revision ${revision}`);

const rollout = (percent: number) => [{ name: "rollout", percent, variant: "on" }];

it("C7: a flag at 25 % is the same at two gateways and in all services, and growing it moves the added share alone", async () => {
	const change = { flag: flagOf({ rules: rollout(25) }), expected: 0, reason: "It is tried." };
	expect(await ask(0, "PUT", "/api/v1/flags/checkout", change)).toMatchObject({ revision: 1 });
	await allHave(1);
	const quarter = people.map(each => isIn(each, 25));
	expect(quarter.filter(Boolean).length).toBeGreaterThan(0);
	expect([await byGateway(0), await byGateway(1), byService(0), byService(1), byService(2)]).toEqual(
		Array(5).fill(quarter)
	);
	await ask(1, "POST", "/api/v1/flags/checkout/rollout", { percent: 60, reason: "Nobody complained." });
	await allHave(2);
	const [more] = [await byGateway(1), await byGateway(0), byService(2)].map(each => each as boolean[]);
	expect(more).toEqual(people.map(each => isIn(each, 60)));
	expect(quarter.every((had, n) => !had || more?.[n])).toBe(true);
});

it("C7: what one gateway turns off is off at all, and of two that change one revision one does", async () => {
	await ask(0, "POST", "/api/v1/flags/checkout/switch", { enabled: false, reason: "Payments fail." });
	await allHave(3);
	expect([byService(0), byService(1), byService(2), await byGateway(1)]).toEqual(
		Array(4).fill(people.map(() => false))
	);
	const change = { flag: flagOf({ rules: rollout(50) }), expected: 3, reason: "At once." };
	const both = await Promise.all([0, 1].map(nth => ask(nth, "PUT", "/api/v1/flags/checkout", change)));
	expect(both.map(({ code, revision }) => code ?? revision).sort()).toEqual([4, "REVISION_CONFLICT"]);
	await allHave(4);
});

it("C7: a node whose flags cannot be asked for goes on by what it knows", async () => {
	const before = byService(2);
	const kept = nodes.slice(0, 2);
	for (const node of kept) await cluster.stop(node);
	expect(byService(2)).toEqual(before);
	expect(before).toEqual(people.map(each => isIn(each, 50)));
});
