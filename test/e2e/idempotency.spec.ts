/** One effect an Idempotency-Key, also where the first request under it got no answer that proves what became of it. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServiceBroker } from "moleculer";
import { failure } from "../../cluster/errors";
import { CONTRACTS } from "../../contracts/cluster";
import { action, type Contract, contract } from "../../contracts/contract";
import { openNode } from "../../node";

/** What is done, and how it ends. */
const ENDS = {
	// Longer than a call may take.
	late: () => new Promise(resolve => setTimeout(resolve, 4_000).unref()),
	breaks: () => Promise.reject(new TypeError("undefined is not a function")),
	"loses another": (broker: ServiceBroker) => broker.call("nowhere.at.all"),
	"is not there": () => Promise.reject(failure("UNAVAILABLE", "The panel does not answer.")),
	refuses: () => Promise.reject(failure("DEFINITION_INVALID", "This is no definition.")),
	"has no room": () => Promise.reject(failure("OVERLOADED", "Ask again in a moment.")),
	"has no share": () => Promise.reject(failure("LIMIT_REACHED", "You have as many as you may."))
} as const;
type End = keyof typeof ENDS;

const effects: Record<string, number> = {};
const service = {
	name: "effects",
	actions: {
		make: {
			params: { how: "string" },
			async handler({ params, broker }: { params: { how: End }; broker: ServiceBroker }) {
				effects[params.how] = (effects[params.how] ?? 0) + 1;
				return ENDS[params.how](broker);
			}
		}
	}
};
const effectsContract = contract("platform", "effects", {
	actions: {
		make: action({
			summary: "Has an effect, then ends in some way.",
			permission: "migration:run",
			rest: "POST /effects",
			params: { how: "string" },
			result: "json",
			example: { params: { how: "refuses" }, result: null }
		})
	},
	events: {}
}) as unknown as Contract;

let folder: string;
let url: string;
let key: string;
let broker: ServiceBroker;
beforeAll(async () => {
	(CONTRACTS as Contract[]).push(effectsContract);
	folder = mkdtempSync(join(tmpdir(), "banyan-effects-"));
	const settings = { DATA_DIR: join(folder, "data"), GATEWAY_PORT: "0", REQUEST_TIMEOUT: "1500", NODE_ENV: "test" };
	const services = ["access", "idempotency", "migration", "links", "subscriptions", "gateway"];
	broker = (await openNode({ services, logFile: join(folder, "log") }, settings)) as unknown as ServiceBroker;
	broker.createService(service as never);
	url = (broker.getLocalService("gateway") as unknown as { address: string }).address;
	key = readFileSync(join(folder, "data", "api-key"), "utf8").trim();
});
afterAll(async () => {
	await broker?.stop();
	rmSync(folder, { recursive: true, force: true });
});

async function make(how: string, under: string): Promise<{ status: number; code: string; replayed: boolean }> {
	const answer = await fetch(`${url}/api/v1/effects`, {
		method: "POST",
		headers: { "x-api-key": key, "content-type": "application/json", "idempotency-key": under.replaceAll(" ", "-") },
		body: JSON.stringify({ how })
	});
	const { code } = (await answer.json()) as { code: string };
	return { status: answer.status, code, replayed: answer.headers.get("idempotency-replayed") === "true" };
}

it.each<[End, number]>([
	["late", 504],
	["breaks", 500],
	["loses another", 503],
	["is not there", 503]
])("what %s after its effect keeps its key, and says that nobody knows", async (how, status) => {
	expect((await make(how, `first ${how}`)).status).toBe(status);
	for (const _ of [1, 2])
		expect(await make(how, `first ${how}`)).toEqual({ status: 409, code: "IDEMPOTENCY_UNKNOWN", replayed: false });
	expect(effects[how]).toBe(1);
	expect((await make(how, `another ${how}`)).status).toBe(status);
	expect(effects[how]).toBe(2);
});

it("what refuses is answered the same again", async () => {
	const first = await make("refuses", "refused");
	expect(await make("refuses", "refused")).toEqual({ ...first, replayed: true });
	expect(effects.refuses).toBe(1);
});

it.each<[End, number]>([
	["has no room", 503],
	["has no share", 429]
])("what %s was not begun: it may be sent again", async (how, status) => {
	for (const times of [1, 2, 3]) {
		expect(await make(how, how)).toMatchObject({ status, replayed: false });
		expect(effects[how]).toBe(times);
	}
});

it("what nobody was there for may be sent again", async () => {
	await broker.destroyService("effects");
	expect((await make("refuses", "early")).status).toBe(503);
	broker.createService(service as never);
	const before = effects.refuses ?? 0;
	expect((await make("refuses", "early")).code).toBe("DEFINITION_INVALID");
	expect(effects.refuses).toBe(before + 1);
});
