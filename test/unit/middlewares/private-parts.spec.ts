/** Cookies, and where a request comes from, on their way to another node and back: to whoever asks for them, and no further. */

import { type Context, ServiceBroker } from "moleculer";
import type { Meta } from "../../../cluster";
import { CONTRACTS } from "../../../contracts/cluster";
import type { Contract } from "../../../contracts/contract";
import { probe, seen, service } from "../../support/door-probe";
import { until } from "../../support/until";

// Before anything is made of them.
(CONTRACTS as Contract[]).push(probe);
const {
	privateParts
}: typeof import("../../../middlewares/private-parts.middleware") = require("../../../middlewares/private-parts.middleware");

const node = (nodeID: string): ServiceBroker =>
	new ServiceBroker({ nodeID, logger: false, transporter: "Fake", middlewares: [privateParts] });

const [door, house] = [node("door"), node("house")];
beforeAll(async () => {
	house.createService(service as never);
	// As the gateway does.
	door.createService({
		name: "asking",
		actions: {
			async ask(ctx: Context<{ action: string }, Meta>) {
				const parts = { client: { address: "203.0.113.7", agent: "", device: null }, cookies: { session: "s" } };
				Object.assign(ctx.meta, parts);
				await ctx.call(ctx.params.action, {});
				return ctx.meta.setCookies ?? null;
			}
		}
	});
	await Promise.all([door.start(), house.start()]);
	await door.waitForServices(["probe"]);
});
afterAll(() => Promise.all([door.stop(), house.stop()]));
beforeEach(() => void seen.splice(0));

const parts = () => seen.map(({ action, meta: { client, cookies } }) => [action, client?.address, cookies]);

it("what an action on another node sets comes back with its answer", async () => {
	expect(await door.call("asking.ask", { action: "probe.enter" })).toMatchObject({
		session: { value: "bns_made.mac" }
	});
	expect(parts()).toEqual([["enter", "203.0.113.7", { session: "s" }]]);
});

it("one that asks for none is told none, and sets none", async () => {
	expect(await door.call("asking.ask", { action: "probe.mine" })).toBeNull();
	expect(await door.call("asking.ask", { action: "probe.inner" })).toBeNull();
	expect(parts()).toEqual([
		["mine", undefined, undefined],
		["inner", undefined, undefined]
	]);
});

it("those that it calls are told none, and what they set is not taken for its own", async () => {
	expect(await door.call("asking.ask", { action: "probe.asks" })).toMatchObject({ session: { value: "bns_made.mac" } });
	await until(() => seen.length === 3);
	expect(parts().filter(([action]) => action !== "asks")).toEqual(
		expect.arrayContaining([
			["inner", undefined, undefined],
			["told", undefined, undefined]
		])
	);
});
