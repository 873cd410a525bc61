/** A server whose event loop is held up again and again: it refuses before it can do nothing, and says so. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Broker } from "../../cluster";
import { openNode, SERVICES } from "../../node";
import { until } from "../support/until";

let folder: string;
let broker: Broker;
let url: string;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-shedding-"));
	const settings = { DATA_DIR: folder, GATEWAY_PORT: "0", GATEWAY_SHED_DELAY: "100", GATEWAY_SHARED_FOR: "0" };
	broker = await openNode({ services: SERVICES, logLevel: "fatal" }, settings);
	url = String(Reflect.get(broker.getLocalService("gateway"), "address"));
});
afterAll(async () => {
	await broker.stop();
	rmSync(folder, { recursive: true, force: true });
});

const ask = (path: string) =>
	fetch(url + path, { headers: { "x-api-key": readFileSync(join(folder, "api-key"), "utf8").trim() } });
const checkOf = async (): Promise<{ status: string; message: string }> => {
	const { checks } = (await (await ask("/health/detailed")).json()) as { checks: { name: string }[] };
	return checks.find(({ name }) => name === "load") as never;
};

/** Holds the loop up, again and again, by so much. */
function holdUp(ms: number): { end(): void } {
	let isOver = false;
	void (async () => {
		while (!isOver) {
			const end = performance.now() + ms;
			while (performance.now() < end);
			await nextTurn();
		}
	})();
	return {
		end: () => {
			isOver = true;
		}
	};
}

it("refuses the API first, then old links, and never health", async () => {
	expect((await ask("/api/v1/migrations")).status).toBe(200);
	expect(await checkOf()).toMatchObject({ status: "up" });
	const late = holdUp(140);
	await until(async () => (await ask("/api/v1/migrations")).status === 503);
	const refused = await ask("/api/v1/migrations");
	expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "2"]);
	expect(await refused.json()).toMatchObject({ code: "OVERLOADED" });
	expect((await ask("/sub/nobody/0123456789abcdef")).status).not.toBe(503);
	for (const path of ["/live", "/ready"]) expect((await ask(path)).status).toBe(200);
	expect(await checkOf()).toMatchObject({
		status: "degraded",
		message: expect.stringMatching(/refused with 503.*GATEWAY_SHED_DELAY is 100 ms/)
	});
	late.end();
	const later = holdUp(300);
	await until(async () => (await ask("/sub/nobody/0123456789abcdef")).status === 503);
	expect((await ask("/live")).status).toBe(200);
	later.end();
	await until(async () => (await ask("/api/v1/migrations")).status === 200);
});
