/** What goes around calls between nodes, on Moleculer's own transporter within a process: each law of decision 31 that needs no death. */

import { setTimeout as sleep } from "node:timers/promises";
import { type ActionSchema, type Context, ServiceBroker } from "moleculer";
import { LateValidator } from "../../../cluster/validator";
import { readSettings } from "../../../cluster/variables";
import type { CallSettings } from "../../../contracts/cluster";
import { running } from "../../../contracts/migration/running";
import { strict, tolerant } from "../../../contracts/schema";
import { layers } from "../../../middlewares/layers";
import { until } from "../../support/until";

type Actions = Readonly<Record<string, ActionSchema | ActionSchema["handler"]>>;

let brokers: ServiceBroker[] = [];
let number = 0;
const defaults = readSettings({}).calls;

/** @param namespace of the nodes that meet */
async function node(services: Readonly<Record<string, Actions>>, settings: Partial<CallSettings> = {}) {
	const broker = new ServiceBroker({
		logger: false,
		namespace: `layers-${expect.getState().currentTestName}`,
		nodeID: `node-${++number}`,
		transporter: "Fake",
		requestTimeout: 5_000,
		dependencyInterval: 10,
		validator: new LateValidator(),
		registry: { preferLocal: true, stopDelay: 20 },
		...layers({ ...defaults, ...settings }, false, { tracing: [], packets: [] })
	});
	for (const [name, actions] of Object.entries(services)) broker.createService({ name, actions } as never);
	brokers.push(broker);
	await broker.start();
	return broker;
}
afterEach(async () => {
	await Promise.all(brokers.map(broker => broker.stop()));
	brokers = [];
});

const NOBODY = { patienceMs: 50 };

it("a node whose answers come too late is left alone, and asked again after a while", async () => {
	const breaker = { breakerCalls: 4, breakerRestMs: 300 };
	const door = await node({}, { ...breaker, ...NOBODY, tries: 1 });
	let [isSlow, begun] = [true, 0];
	await node({
		slow: {
			work: async () => {
				begun++;
				if (isSlow) await sleep(200);
				return "done";
			}
		}
	});
	await door.waitForServices("slow");
	const fails = () => door.call("slow.work", {}, { timeout: 20 }).catch(({ type }) => type);
	const seen: unknown[] = [];
	for (let call = 0; call < 6; call++) seen.push(await fails());
	expect(seen).toEqual([...Array(4).fill("REQUEST_TIMEOUT"), "SERVICE_NOT_AVAILABLE", "SERVICE_NOT_AVAILABLE"]);
	expect(begun).toBe(4);
	isSlow = false;
	await until(async () => (await fails()) === "done");
});

it("what a caller does wrong says nothing of a node", async () => {
	const door = await node({}, { breakerCalls: 2 });
	await node({ strict: { work: { params: { $$strict: true, n: "number" }, handler: () => "done" } } });
	await door.waitForServices("strict");
	for (let call = 0; call < 6; call++) await expect(door.call("strict.work", { n: "x" })).rejects.toThrow(/validation/);
	expect(await door.call("strict.work", { n: 1 })).toBe("done");
});

it("an action has as many under way as it may, the next wait, more are refused and may go elsewhere", async () => {
	let [most, now] = [0, 0];
	const door = await node({}, { tries: 1 });
	const work = async () => {
		most = Math.max(most, ++now);
		await sleep(30);
		now--;
		return "done";
	};
	await node({ few: { work: { bulkhead: { concurrency: 2, queue: 3 } as never, handler: work } } });
	await door.waitForServices("few");
	const all = await Promise.allSettled(Array.from({ length: 9 }, () => door.call("few.work")));
	const refused = all.filter(each => each.status === "rejected").map(({ reason }) => reason.type);
	expect([most, refused]).toEqual([2, ["OVERLOADED", "OVERLOADED", "OVERLOADED", "OVERLOADED"]]);
});

it("a node that is full refuses, and another one does it, whatever it is", async () => {
	const full = { atOnce: 1 };
	const work = async (ctx: Context<{ ms?: number }>) => {
		await sleep(ctx.params.ms ?? 0);
		return ctx.broker.nodeID;
	};
	const door = await node({}, { retryFirstMs: 5 });
	const [one, other] = [await node({ make: { thing: work } }, full), await node({ make: { thing: work } }, full)];
	await until(() =>
		door.registry.getActionList({ withEndpoints: true }).some(({ name, count }) => name === "make.thing" && count === 2)
	);
	const filled = door.call("make.thing", { ms: 300 }, { nodeID: one.nodeID });
	// In turn they are asked: one of these meets the one that is full.
	expect([await door.call("make.thing"), await door.call("make.thing")]).toEqual([other.nodeID, other.nodeID]);
	expect(await filled).toBe(one.nodeID);
});

it("a deadline goes with a call, through what it causes", async () => {
	const left: number[] = [];
	const inner = async (ctx: Context) => void left.push(ctx.options.timeout as number);
	const door = await node({});
	await node({ inner: { work: inner } });
	const outer = async (ctx: Context) => {
		await sleep(60);
		await ctx.call("inner.work");
	};
	await node({ outer: { work: outer } });
	await door.waitForServices(["outer", "inner"]);
	await door.call("outer.work", {}, { timeout: 1_000 });
	expect(left).toEqual([expect.any(Number)]);
	expect(left[0]).toBeLessThanOrEqual(945);
});

it("a node that stops ends what it has, across its services, and what comes meanwhile goes elsewhere", async () => {
	const closed: string[] = [];
	const door = await node({});
	const leaving = await node({
		front: {
			work: async (ctx: Context) => {
				await sleep(100);
				return ctx.call("back.work");
			}
		}
	});
	const back = leaving.createService({
		name: "back",
		actions: { work: () => (closed.length === 0 ? "whole" : "closed") },
		async stopped() {
			closed.push("back");
		}
	});
	expect(back).toBeDefined();
	await door.waitForServices(["front", "back"]);
	const call = door.call("front.work");
	await sleep(20);
	await leaving.stop();
	expect(await call).toBe("whole");
});

describe("nodes of two neighbouring releases", () => {
	const { accept: _, backupTaken: __, ...before } = running.start.params;
	const started = (params: object) => ({
		migration: { start: { params, handler: (ctx: Context) => [ctx.broker.nodeID, ctx.params] } as never }
	});

	it("an older service is not told what it does not know: a default is left out, more than that is said to whoever asks", async () => {
		const door = await node({}, NOBODY);
		await node(started(strict(before)));
		await door.waitForServices("migration");
		const call = (params: object) => door.call("migration.start", { name: "panel", ...params });
		expect(await call({ only: ["ann"] })).toEqual([expect.anything(), { name: "panel", only: ["ann"] }]);
		expect(await call({ backupTaken: false })).toEqual([expect.anything(), { name: "panel" }]);
		await expect(call({ backupTaken: true })).rejects.toThrow(/knows the field 'backupTaken'.*once they are upgraded/);
		await expect(call({ accept: ["code"] })).rejects.toMatchObject({ type: "UNAVAILABLE", code: 503 });
	});

	it("once a node knows it, that one is asked", async () => {
		const door = await node({});
		await node(started(strict(before)));
		const newer = await node(started(strict(running.start.params)));
		await until(() =>
			door.registry
				.getActionList({ withEndpoints: true })
				.some(({ name, count }) => name === "migration.start" && count === 2)
		);
		const call = () => door.call<[string, object], object>("migration.start", { name: "panel", accept: ["code"] });
		const answers = await Promise.all([call(), call(), call()]);
		expect(answers.map(([nodeID]) => nodeID)).toEqual(Array(3).fill(newer.nodeID));
		expect(answers[0][1]).toMatchObject({ accept: ["code"] });
	});

	it("an older caller gets from a newer service what it knows", async () => {
		const door = await node({});
		await node(started(strict(running.start.params)));
		await door.waitForServices("migration");
		const [, params] = await door.call<[string, object], object>("migration.start", { name: "panel" });
		expect(params).toEqual({ name: "panel", backupTaken: false });
	});

	it("an older listener hears of an event without what it does not know", () => {
		const check = new LateValidator().compile(
			tolerant({ name: "string", about: { type: "object", props: { a: "string" } } }) as never
		);
		const heard = { name: "panel", more: 1, about: { a: "x", b: 2 } };
		expect(check(heard, {} as never)).toBe(true);
		expect(heard).toEqual({ name: "panel", about: { a: "x" } });
	});
});
