/** Durable events between the services of a node, as it is composed: announced with a change, heard once, seen by who asks. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Broker } from "../../../cluster";
import { behalfNow } from "../../../cluster/behalf";
import { openNode } from "../../../node";
import { until } from "../../support/until";

const services = ["access", "idempotency", "events"];

describe("durable events of a node", () => {
	let folder: string;
	let node: Broker;
	const start = async (which = services): Promise<void> => {
		const settings = { DATA_DIR: folder, EVENT_TRIES: "2", EVENT_RETRY_FIRST: "1" };
		node = await openNode({ services: which, logLevel: "fatal" }, settings);
	};
	beforeEach(async () => {
		folder = mkdtempSync(join(tmpdir(), "banyan-durable-"));
		await start();
	});
	afterEach(async () => {
		await node.stop();
		rmSync(folder, { recursive: true });
	});

	const asked = (client: string) => ({ client, key: "once", digest: "d" });
	const kept = async (client: string): Promise<string> => (await node.call("idempotency.begin", asked(client))).state;
	const answered = async (client: string): Promise<void> => {
		await node.call("idempotency.begin", asked(client));
		await node.call("idempotency.finish", {
			client,
			key: "once",
			answer: { status: 201, location: null, body: { key: "secret" } }
		});
	};

	it("what was answered to a key is forgotten once it is revoked, and what was answered to others is not", async () => {
		const [gone, stays] = [
			await node.call("access.create", { name: "gone", scopes: ["keys:manage"] }),
			await node.call("access.create", { name: "stays", scopes: ["keys:manage"] })
		];
		await answered(gone.id);
		await answered(stays.id);
		await node.call("access.revoke", { id: gone.id });
		await until(async () => (await kept(gone.id)) === "new");
		expect(await kept(stays.id)).toBe("done");
	});

	it("a service that does not run hears it when it does", async () => {
		const { id } = await node.call("access.create", { name: "gone", scopes: ["keys:manage"] });
		await answered(id);
		await node.stop();
		await start(["access"]);
		await node.call("access.revoke", { id });
		await node.stop();
		await start();
		await until(async () => (await kept(id)) === "new");
		expect(await node.call("events.deadLetters", {})).toEqual([]);
	});

	it("one that can never be dealt with waits until it is replayed or dropped", async () => {
		const { id } = await node.call("access.create", { name: "gone", scopes: ["keys:manage"] });
		const service = node.getLocalService("idempotency") as unknown as { requests: { write: unknown } };
		const { write } = service.requests;
		const behalfs: unknown[] = [];
		service.requests.write = async () => {
			behalfs.push(behalfNow());
			throw new Error("no room");
		};
		const caller = { id: "k-admin", scopes: ["keys:manage"] };
		const meta = { caller, correlationId: "request-1" };
		await node.call("access.revoke", { id }, { meta });
		await until(async () => (await node.call("events.deadLetters", {})).length === 1);
		const [letter] = await node.call("events.deadLetters", { service: "idempotency" });
		expect(letter).toMatchObject({
			service: "idempotency",
			event: "access.revoked",
			key: id,
			payload: { id },
			tries: 2,
			reason: "no room",
			correlationId: "request-1",
			behalf: { id: "k-admin", kind: "key" }
		});
		// Whoever deals with it can say on whose behalf; of what they may do nothing comes along.
		expect(behalfs).toEqual([letter?.behalf, letter?.behalf]);
		expect(await node.call("events.waiting")).toBe(1);
		service.requests.write = write;
		await node.call("events.replay", { id: letter?.id ?? "" });
		expect(await node.call("events.waiting")).toBe(0);
		await expect(node.call("events.drop", { id: letter?.id ?? "" })).rejects.toMatchObject({
			type: "DEAD_LETTER_NOT_FOUND"
		});
		await expect(node.call("events.replay", {})).rejects.toMatchObject({ type: "REQUEST_INVALID" });
		await expect(node.call("events.again", { service: "nobody" })).rejects.toMatchObject({
			type: "LISTENER_NOT_FOUND"
		});
		expect(await node.call("events.again", { service: "idempotency", limit: 1 })).toMatchObject({ delivered: 1 });
	});

	it("comes by the store alone: sent like another event it is not heard", async () => {
		const { id } = await node.call("access.create", { name: "stays", scopes: ["keys:manage"] });
		await answered(id);
		const sent = (node as unknown as { emit(event: string, payload: object): Promise<unknown> }).emit;
		await sent.call(node, "access.revoked", { id }).catch(() => undefined);
		expect(await kept(id)).toBe("done");
	});
});
