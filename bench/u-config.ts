/** (u) How soon what is set for the whole cluster holds on each of so many nodes: a write over HTTP until the last one goes by it. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, type NatsConnection } from "nats";
import { Pool } from "undici";
import { openPart, part } from "./children";
import { type Figure, median, milliseconds, mustBe, say, scaled } from "./figures";
import { openGround } from "./i-remote";
import { built } from "./product";
import { type Place, startedNode } from "./remote";

/** Of them one keeps the settings and answers over HTTP. */
const NODES = 20;
const PROCESSES = 2;
const WRITES = scaled(200);
const GOAL_MS = 2_000;
const PATIENCE_MS = 30_000;
/** Live, and used by none of the nodes that follow. */
const [SERVICE, SETTING] = ["sessions", "REFRESH_GRACE"];
const APPLIED = "bench.applied";

interface Written {
	/** From the moment of sending. */
	readonly answeredMs: number;
	readonly appliedMs: number;
}

export async function configRow(): Promise<Figure> {
	await using ground = await openGround();
	const place = JSON.stringify(ground.place);
	await using stack = new AsyncDisposableStack();
	const followers = Array.from({ length: NODES - 1 }, (_, nth) => `follower-${nth}`);
	for (let nth = 0; nth < PROCESSES; nth++)
		stack.use(await openPart("following", [place, ...followers.filter((_, at) => at % PROCESSES === nth)]));
	const written = await part<Written[]>("writing", [place]);
	mustBe("writes that each node went by", written.length, WRITES);
	return figure(written);
}

function figure(written: readonly Written[]): Figure {
	const applied = written.map(({ appliedMs }) => appliedMs).sort((a, b) => a - b);
	const at = (share: number): number => applied[Math.ceil(applied.length * share) - 1] ?? 0;
	const answered = median(written.map(({ answeredMs }) => answeredMs));
	say(`(u) median ${at(0.5).toFixed(1)} ms, p99 ${at(0.99).toFixed(1)} ms, answered in ${answered.toFixed(1)} ms`);
	return {
		row: "u",
		what: `a setting is written over HTTP: until all of ${NODES} nodes go by it, p99`,
		measured: milliseconds(at(0.99)),
		peer: "",
		ratio: null,
		goal: `< ${GOAL_MS.toLocaleString("en-US")} ms`,
		met: at(0.99) < GOAL_MS,
		note: `From sending on, of ${written.length} one after the other; median ${at(0.5).toFixed(1)} ms, at most ${at(1).toFixed(1)} ms; answered after ${answered.toFixed(1)} ms. The nodes run in ${PROCESSES + 1} processes.`
	};
}

/** Nodes that tell what they go by, whenever it is another value. */
export async function following([place, ...names]: readonly string[]): Promise<void> {
	const at: Place = JSON.parse(String(place));
	const client = await connect({ servers: at.url });
	for (const name of names) tellsWhatHolds(await startedNode(at, name, ["transformer"]), name, client);
	process.stdout.write(`${JSON.stringify({ url: "", key: "" })}\n`);
	process.once("SIGTERM", () => process.exit(0));
	await new Promise(() => undefined);
}

function tellsWhatHolds(broker: object, name: string, client: NatsConnection): void {
	const { followingOf } = built<typeof import("../cluster/followed")>("cluster/followed");
	const { settingsFor } = built<typeof import("../cluster/settings")>("cluster/settings");
	const { sessions } = built<typeof import("../contracts/platform/sessions")>("contracts/platform/sessions");
	const settings = settingsFor(broker, sessions);
	const tell = (): void => client.publish(APPLIED, JSON.stringify({ name, value: settings.graceSeconds }));
	// Behind all that hears of it here: told is what whoever uses the setting now would have.
	followingOf(broker as never, "config").onChange(() => setImmediate(tell));
}

/** The node that keeps the settings; writes one after the other. */
export async function writing([place]: readonly string[]): Promise<never> {
	const at: Place = JSON.parse(String(place));
	const client = await connect({ servers: at.url });
	const seen = heard(client);
	const broker = await startedNode(at, "writer", ["access", "idempotency", "config", "gateway"]);
	tellsWhatHolds(broker, "writer", client);
	while (broker.registry.getNodeList({ onlyAvailable: true, withServices: false }).length < NODES) await sleep(20);
	const url = /The gateway listens on (http:\S+?)\."/.exec(readFileSync(join(at.folder, "writer.log"), "utf8"))?.[1];
	const key = readFileSync(join(at.folder, "writer", "api-key"), "utf8").trim();
	const pool = new Pool(String(url), { connections: 1 });
	// The first ones warm.
	const warming = Math.ceil(WRITES / 10);
	const written: Written[] = [];
	for (let nth = 0; nth < warming + WRITES; nth++) written.push(await write(pool, key, nth, seen));
	process.stdout.write(`${JSON.stringify(written.slice(warming))}\n`);
	process.exit(0);
}

interface Seen {
	/** When the last of all nodes went by that value. */
	all(value: number): Promise<number>;
}

function heard(client: NatsConnection): Seen {
	const values = new Map<string, number>();
	let look = (): void => undefined;
	client.subscribe(APPLIED, {
		callback: (_error, message) => {
			const { name, value } = message.json<{ name: string; value: number }>();
			values.set(name, value);
			look();
		}
	});
	return {
		all: value =>
			new Promise((resolve, reject) => {
				const late = setTimeout(() => reject(new Error(`Not all nodes went by ${value} in time.`)), PATIENCE_MS);
				look = () => {
					const those = [...values.values()].filter(each => each === value).length;
					if (those < NODES) return;
					clearTimeout(late);
					look = () => undefined;
					resolve(performance.now());
				};
			})
	};
}

async function write(pool: Pool, key: string, nth: number, seen: Seen): Promise<Written> {
	// What it is by itself is none of them.
	const value = 20 + (nth % 200);
	const began = performance.now();
	const applied = seen.all(value);
	const { statusCode, body } = await pool.request({
		method: "POST",
		path: `/api/v1/config/${SERVICE}`,
		headers: { "content-type": "application/json", "x-api-key": key },
		body: JSON.stringify({ expected: nth, reason: "It is measured.", values: { [String(SETTING)]: value } })
	});
	const said = await body.text();
	if (statusCode !== 200) throw new Error(`A setting was not written: ${statusCode} ${said}`);
	const answeredMs = performance.now() - began;
	return { answeredMs, appliedMs: (await applied) - began };
}
