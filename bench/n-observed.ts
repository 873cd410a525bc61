/** (n) A request through gateway, NATS and service with all that looks at it, against none of that. */

import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { openPart, type Server } from "./children";
import { type Figure, median, mustBe, perSecond, say, scaled } from "./figures";
import { openGround, requests } from "./i-remote";
import type { Observed } from "./remote";

const ROUNDS = 9;

/** Takes what it is sent. It is no part of what is measured. */
async function sink(): Promise<{ readonly url: string; readonly bytes: () => number; readonly server: HttpServer }> {
	let bytes = 0;
	const server = createServer((req, res) => {
		req.on("data", (chunk: Buffer) => {
			bytes += chunk.length;
		});
		req.on("end", () => res.writeHead(200).end());
	});
	await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
	return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bytes: () => bytes, server };
}

const KINDS: readonly Observed[] = ["none", "metrics", "all"];

export async function observedRows(): Promise<Figure[]> {
	await using grounds = new AsyncDisposableStack();
	const collector = await sink();
	const costs: Record<Observed, number[]> = { none: [], metrics: [], all: [] };
	const sides: { kind: Observed; gateway: Server; worker: Server; natsPid: number }[] = [];
	for (const kind of KINDS) {
		const ground = grounds.use(await openGround());
		const place = JSON.stringify({ ...ground.place, observed: kind, collector: collector.url });
		const worker = grounds.use(await openPart("worker", ["banyan", place]));
		sides.push({
			kind,
			worker,
			gateway: grounds.use(await openPart("remote-gateway", ["banyan", place])),
			natsPid: ground.natsPid
		});
	}
	for (let round = 0; round <= ROUNDS; round++) {
		for (const { kind, gateway, worker, natsPid } of sides) {
			const micros = await requests(gateway, [gateway.pid, worker.pid, natsPid], scaled(10_000));
			// The first one warms.
			if (round > 0) costs[kind].push(micros);
		}
		if (round > 0) say(`(n) ${KINDS.map(kind => `${kind} ${costs[kind].at(-1)?.toFixed(1)} µs`).join(", ")}`);
	}
	mustBe("collectors that were sent traces", collector.bytes() > 0 ? 1 : 0, 1);
	collector.server.close();
	const cost = (kind: Observed): number => median(costs[kind]);
	const [ratio, tracing] = [cost("none") / cost("all"), cost("metrics") / cost("all")];
	const common = { row: "n", measured: perSecond(1e6 / cost("all")) };
	return [
		{
			...common,
			what: "requests a CPU second of the gateway, NATS and the service's node, with metrics, traces at 10 % and correlation ids",
			peer: `${perSecond(1e6 / cost("none"))} of the same with none of them`,
			ratio,
			goal: "≥ 0.9",
			met: ratio >= 0.9,
			note: "An id of the answer stays."
		},
		{
			...common,
			what: "the same",
			peer: `${perSecond(1e6 / cost("metrics"))} of the same without traces`,
			ratio: tracing,
			goal: "≥ 0.95",
			met: tracing >= 0.95,
			note: ""
		}
	];
}
