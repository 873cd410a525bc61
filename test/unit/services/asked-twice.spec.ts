/** What is asked for under an `Idempotency-Key` and may be done twice: the second one comes to the same, and finds out by itself. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServiceBroker } from "moleculer";
import type { ApiKey, NewApiKey } from "../../../contracts/platform/access";
import type { Begun } from "../../../contracts/platform/idempotency";
import { readConfig } from "../../../moleculer.config";
import AccessService from "../../../services/platform/access.service";
import IdempotencyService from "../../../services/platform/idempotency.service";

let dir: string;
let broker: ServiceBroker;
beforeEach(async () => {
	dir = mkdtempSync(join(tmpdir(), "banyan-asked-twice-"));
	const settings = { SERVICES: "access,idempotency", DATA_DIR: dir };
	const { services: _, ...options } = readConfig(settings, { logLevel: "fatal", logFile: 2 });
	broker = new ServiceBroker({ ...options, skipProcessEventRegistration: true });
	for (const service of [AccessService, IdempotencyService]) broker.createService(service as never);
	await broker.start();
});
afterEach(async () => {
	await broker.stop();
	rmSync(dir, { recursive: true, force: true });
});

const params = { name: "deploy", scopes: ["migration:read"] };
const made = (once?: string): Promise<NewApiKey> =>
	broker.call("access.create", params, once === undefined ? {} : { meta: { once } });
const count = async (): Promise<number> => ((await broker.call("access.list")) as ApiKey[]).length;

it("an API key that is asked for twice under one name is one, and both are told the same", async () => {
	const before = await count();
	const [first, second] = await Promise.all([made("a"), made("a")]);
	expect(second).toEqual(first);
	expect(await made("a")).toEqual(first);
	expect(await count()).toBe(before + 1);
	expect(await broker.call("access.check", { key: first.key })).toMatchObject({ id: first.id });
});

it("under another name, or none, it is another one", async () => {
	const keys = [await made("a"), await made("b"), await made(), await made()].map(({ key }) => key);
	expect(new Set(keys).size).toBe(4);
});

describe("a request that was given up, its fate unknown", () => {
	const request = { client: "k", key: "1", digest: "d", gateway: "g" };
	const begin = (token: string, repeatable: boolean): Promise<Begun> =>
		broker.call("idempotency.begin", { ...request, token, repeatable });
	const giveUp = (): Promise<null> =>
		broker.call("idempotency.finish", { client: "k", key: "1", answer: null, unknown: true });

	it("is done by the next who asks, in the name of the first, where twice is once", async () => {
		const first = await begin("1", true);
		expect(first).toEqual({ state: "new", since: expect.any(Number) });
		await giveUp();
		expect(await begin("2", true)).toEqual(first);
	});

	it("is done by nobody where twice is twice", async () => {
		await begin("1", false);
		await giveUp();
		expect(await begin("2", false)).toEqual({ state: "unknown" });
	});
});
