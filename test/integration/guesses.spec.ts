/** Several nodes count wrong guesses together, and every one of them may be killed; of several that send letters one sends each. */

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Broker } from "../../cluster";
import { type ClusterNodes, startCluster } from "../support/cluster-nodes";
import { type MailServer, startMailServer } from "../support/mail-server";
import { until } from "../support/until";

let cluster: ClusterNodes;
let asker: Broker;
let mail: MailServer;
let nodes: ChildProcess[];
beforeAll(async () => {
	mail = await startMailServer();
	cluster = await startCluster({ SMTP_URL: mail.url, GUESSES_NETWORK: "1000" });
	asker = await cluster.open({ id: "asker", services: "mail" });
	nodes = await Promise.all([spawn("one"), spawn("two")]);
});
afterAll(async () => {
	await cluster?.[Symbol.asyncDispose]();
	await mail?.[Symbol.asyncDispose]();
});

/** Does the asker know what that node runs? */
const offers = (id: string): boolean =>
	asker.registry
		.getNodeList({ onlyAvailable: true, withServices: true })
		.some(each => each.id === id && each.services.some(({ name }) => name === "guesses"));
const spawn = async (id: string): Promise<ChildProcess> => {
	const child = await cluster.spawn("tasks/cluster-node.ts", { id, services: "guesses" });
	await until(() => offers(id));
	return child;
};
const guess = (nodeID: string, subject: string, device: string | null = null) =>
	asker.call("guesses.reserve", { kind: "password", subject, address: "203.0.113.7", device }, { nodeID });
const settle = (nodeID: string, attempt: string | null, wrong: boolean) =>
	asker.call("guesses.settle", { attempt: String(attempt), wrong }, { nodeID });
const atEach = (subject: string, times: number) =>
	Promise.all(Array.from({ length: times }, (_, index) => guess(index % 2 ? "one" : "two", subject)));

it("A3: of a hundred wrong guesses at once, at two nodes, exactly N are made; they are remembered though every node is killed", async () => {
	const made = (await atEach("ada@example.org", 100)).filter(({ attempt }) => attempt !== null);
	expect(made).toHaveLength(10);
	// Some are said to be wrong, at whatever node; of some nobody says what they were.
	await Promise.all(made.slice(0, 5).map(({ attempt }, index) => settle(index % 2 ? "two" : "one", attempt, true)));
	const { device } = await asker.call(
		"guesses.device",
		{ subjects: ["ada@example.org"], given: null },
		{ nodeID: "one" }
	);
	for (const node of nodes) node.kill("SIGKILL");
	await Promise.all(nodes.map(node => once(node, "exit")));
	nodes = await Promise.all([spawn("three"), spawn("four")]);
	for (const node of ["three", "four"]) {
		expect((await guess(node, "ada@example.org")).attempt).toBeNull();
		// The owner, on a device that the nodes before gave them.
		expect((await guess(node, "ada@example.org", device)).attempt).not.toBeNull();
	}
});

it("right ones at one node are given back for the other", async () => {
	for (let time = 0; time < 15; time++) {
		const { attempt } = await guess(time % 2 ? "three" : "four", "right@example.org");
		expect(attempt).not.toBeNull();
		expect(await settle(time % 2 ? "four" : "three", attempt, false)).toBe(true);
	}
});

it("of two nodes that send letters one sends each", async () => {
	const other = await cluster.open({ id: "other", services: "mail" });
	const letter = { to: "ada@example.org", template: "reset-password", fields: { token: "a.b" } } as const;
	const ids = Array.from({ length: 20 }, (_, index) => `letter-${index}`);
	await Promise.all(ids.flatMap(id => [asker, other].map(node => node.call("mail.send", { id, ...letter }))));
	await until(() => mail.letters.length >= 20);
	expect(new Set(mail.letters.map(({ messageId }) => messageId)).size).toBe(20);
	await cluster.stop(other);
	expect(mail.letters).toHaveLength(20);
});
