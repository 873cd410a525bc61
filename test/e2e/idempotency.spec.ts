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
	"does it": () => new Promise(resolve => setTimeout(() => resolve("done"), 20)),
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
		},
		pay: {
			params: { how: "string" },
			handler() {
				effects.paid = (effects.paid ?? 0) + 1;
				return "paid";
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
		}),
		pay: action({
			summary: "Must not happen twice.",
			permission: "migration:run",
			rest: "POST /effects/payments",
			needsKey: true,
			params: { how: "string" },
			result: "json",
			example: { params: { how: "does it" }, result: null }
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

describe("G5: one effect a key", () => {
	const post = async (body: object, under?: string, as = key, path = "/effects") => {
		const answer = await fetch(`${url}/api/v1${path}`, {
			method: "POST",
			headers: { "x-api-key": as, "content-type": "application/json", ...(under && { "idempotency-key": under }) },
			body: JSON.stringify(body)
		});
		const said = (await answer.json()) as { code?: string };
		return { status: answer.status, code: said?.code, replayed: answer.headers.get("idempotency-replayed") };
	};

	it("a hundred at once are one: the others get its answer, marked, or 409 while it is under way", async () => {
		const all = await Promise.all(Array.from({ length: 100 }, () => post({ how: "does it" }, "hundred")));
		expect(effects["does it"]).toBe(1);
		const first = all.filter(({ status, replayed }) => status === 200 && replayed === null);
		const replayed = all.filter(each => each.status === 200 && each.replayed === "true");
		const running = all.filter(each => each.status === 409 && each.code === "IDEMPOTENCY_RUNNING");
		expect([first.length, first.length + replayed.length + running.length]).toEqual([1, 100]);
		expect(await post({ how: "does it" }, "hundred")).toMatchObject({ status: 200, replayed: "true" });
	});

	it("with quotes around it, as a structured string, it is the same key", async () =>
		expect(await post({ how: "does it" }, '"hundred"')).toMatchObject({ status: 200, replayed: "true" }));

	it("with another body it is refused, and has no effect", async () => {
		const before = { ...effects };
		expect(await post({ how: "refuses" }, "hundred")).toMatchObject({ status: 422, code: "IDEMPOTENCY_REUSED" });
		expect(effects).toEqual(before);
	});

	it("of another client it is another key", async () => {
		const other = (await broker.call("access.create", { name: "other", scopes: ["migration:run"] })) as { key: string };
		expect(await post({ how: "does it" }, "hundred", other.key)).toMatchObject({ status: 200, replayed: null });
		expect(effects["does it"]).toBe(2);
	});

	it("where one is needed, a request without it is refused before anything is done", async () => {
		const paths = [{ how: "does it" }, undefined, key, "/effects/payments"] as const;
		expect(await post(...paths)).toMatchObject({ status: 400, code: "IDEMPOTENCY_KEY_MISSING" });
		expect(effects.paid).toBeUndefined();
		for (const _ of [1, 2])
			expect(await post({ how: "does it" }, "p-1", key, "/effects/payments")).toMatchObject({ status: 200 });
		expect(effects.paid).toBe(1);
	});
});

it("what nobody was there for may be sent again", async () => {
	await broker.destroyService("effects");
	expect((await make("refuses", "early")).status).toBe(503);
	broker.createService(service as never);
	const before = effects.refuses ?? 0;
	expect((await make("refuses", "early")).code).toBe("DEFINITION_INVALID");
	expect(effects.refuses).toBe(before + 1);
});
