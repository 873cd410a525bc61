/** Bodies and answers of every kind and of any size between two nodes: as they are, no faster than they are taken, never half for whole. */

import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort, type Nats, startNats } from "../support/servers";
import { type StartedNode, startNode } from "../support/started-node";
import { until } from "../support/until";

const ROOT = join(__dirname, "..", "..");
const FROM = { cwd: ROOT, program: ["--import", "tsx", join(ROOT, "test", "support", "bodies", "node.ts")] };
/** Or the gateway would wait for them. */
const REST = "extractor,transformer,validator,importer,verifier,migration,links,subscriptions,access,idempotency";
const MB = 2 ** 20;
const LARGE = 50 * MB;
/** What may be in memory on the way of all that is under way, of one node: the rest is its own. */
const ROOM = 48 * MB;

let nats: Nats;
let folder: string;
let port: number;
let door: StartedNode;
let owner: StartedNode;
let shared: Record<string, string>;
const openOwner = (): Promise<StartedNode> =>
	startNode(
		{
			...shared,
			NODE_ID: "owner",
			NODE_HTTP_PORT: String(port),
			PROBE: "on",
			SERVICES: REST,
			DATA_DIR: join(folder, "owner")
		},
		FROM
	);

beforeAll(async () => {
	nats = await startNats();
	folder = mkdtempSync(join(tmpdir(), "claims-"));
	port = await freePort();
	shared = {
		TRANSPORTER: nats.url,
		CLUSTER_KEY: randomBytes(32).toString("base64"),
		NAMESPACE: "claims",
		TRANSPORTER_TIMEOUT: "120000",
		GATEWAY_BODY_LIMIT: String(LARGE),
		GATEWAY_SMALL_BODY_LIMIT: String(LARGE),
		GATEWAY_UPLOAD_LIMIT: String(LARGE),
		GATEWAY_BODY_TIMEOUT: "60000",
		HEARTBEAT_INTERVAL: "1",
		HEARTBEAT_TIMEOUT: "3"
	};
	owner = await openOwner();
	door = await startNode(
		{ ...shared, NODE_ID: "door", SERVICES: "gateway", GATEWAY_PORT: "0", DATA_DIR: join(folder, "door") },
		FROM
	);
	await until(async () => (await fetch(`${door.url}/api/v1/probe/state`)).status === 200);
});
afterAll(async () => {
	for (const each of [door, owner, nats]) await each?.[Symbol.asyncDispose]();
	rmSync(folder, { recursive: true, force: true });
});

interface State {
	readonly given: number;
	readonly open: number;
	readonly taken: number;
	readonly rss: number;
}
const state = async (): Promise<State> => (await (await fetch(`${door.url}/api/v1/probe/state`)).json()) as State;

const sizeOf = async (answer: Response): Promise<number> => {
	let size = 0;
	for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) size += chunk.length;
	return size;
};

it("50 MB come up and go down as they are", async () => {
	const bytes = randomBytes(LARGE);
	const up = await fetch(`${door.url}/api/v1/probe/bytes`, { method: "POST", body: bytes });
	expect(await up.json()).toEqual({ bytes: LARGE, digest: createHash("sha256").update(bytes).digest("hex") });
	const down = await fetch(`${door.url}/api/v1/probe/bytes/${LARGE}`);
	expect([down.status, await sizeOf(down)]).toEqual([200, LARGE]);
	const raw = await fetch(`${door.url}/raw-probe/${LARGE}`);
	expect([raw.headers.get("content-length"), await sizeOf(raw)]).toEqual([String(LARGE), LARGE]);
	const before = [door, owner].map(peakOf);
	const FOUR_TIMES = 4 * LARGE;
	expect(await sizeOf(await fetch(`${door.url}/raw-probe/${FOUR_TIMES}`))).toBe(FOUR_TIMES);
	for (const [index, peak] of [door, owner].map(peakOf).entries())
		expect(peak - (before[index] ?? 0)).toBeLessThan(FOUR_TIMES / 2);
	await until(async () => (await state()).open === 0);
});

it("fields and answers of JSON go both ways at any size", async () => {
	for (const size of [0, 100, 400_000, 511_000, 524_000, 1_047_000, 1_048_576, 4 * MB]) {
		const text = 'é\n"x'.repeat(size / 4);
		const answer = await fetch(`${door.url}/api/v1/probe/texts`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({ text })
		});
		expect(answer.status).toBe(200);
		expect(((await answer.json()) as { text: string }).text === text).toBe(true);
	}
});

it("a client that stalls holds its source up, and nothing gathers", async () => {
	const before = await state();
	const [answer, req] = await ask("/api/v1/probe/bytes/4000000000");
	answer.pause();
	await settled();
	const after = await state();
	expect(after.given - before.given).toBeLessThan(ROOM);
	expect(after.rss - before.rss).toBeLessThan(ROOM);
	// And it goes on where it is.
	answer.resume();
	await until(async () => (await state()).given - after.given > LARGE);
	req.destroy();
	await until(async () => (await state()).open === 0);
});

it("a service that takes nothing holds its client up, and nothing gathers", async () => {
	const before = await state();
	const req = request(`${door.url}/api/v1/probe/held`, { method: "POST", headers: { "content-length": LARGE } });
	req.on("error", () => undefined);
	let sent = 0;
	const piece = Buffer.alloc(MB);
	while (req.write(piece) || (await Promise.race([once(req, "drain"), sleep(2_000, "stalled")])) !== "stalled") {
		sent += piece.length;
		expect(sent).toBeLessThan(ROOM);
	}
	expect((await state()).rss - before.rss).toBeLessThan(ROOM);
	req.destroy();
});

it("a client that leaves ends it at its source, before and while it takes", async () => {
	for (const path of ["/api/v1/probe/bytes/4000000000", "/raw-probe/4000000000"])
		for (const takes of [0, 5 * MB]) {
			const [answer, req] = await ask(path);
			let size = 0;
			answer.on("data", (chunk: Buffer) => {
				size += chunk.length;
				if (size >= takes) req.destroy();
			});
			await new Promise(resolve => answer.once("close", resolve));
			await until(async () => (await state()).open === 0);
		}
	const head = await fetch(`${door.url}/raw-probe/4000000000`, { method: "HEAD" });
	expect(head.status).toBe(200);
	await until(async () => (await state()).open === 0);
});

it("a source that breaks breaks the answer: half is never told as whole", async () => {
	const broken = await fetch(`${door.url}/api/v1/probe/bytes/${LARGE}?breaksAt=${20 * MB}`);
	await expect(sizeOf(broken)).rejects.toThrow();
	const early = await fetch(`${door.url}/api/v1/probe/bytes/${LARGE}?breaksAt=0`).then(sizeOf, () => "refused");
	expect(early).not.toBe(LARGE);
});

it("a body that is larger than one may be, or whose client leaves, is told so and ends", async () => {
	const large = await fetch(`${door.url}/api/v1/probe/bytes`, {
		method: "POST",
		duplex: "half",
		body: new ReadableStream({
			pull: controller => controller.enqueue(Buffer.alloc(MB))
		})
	} as RequestInit).then(
		answer => answer.status,
		() => "closed"
	);
	// It is told while the client still sends: some see their own write fail first.
	expect([413, "closed"]).toContain(large);
	expect((await fetch(`${door.url}/health`)).status).toBeLessThan(600);
});

it("the port gives nothing to whoever has no claim", async () => {
	for (const [path, authorization] of [
		["/", ""],
		["/../../etc/passwd", ""],
		[`/${"0".repeat(32)}`, `Claim ${"A".repeat(43)}`],
		[`/${"0".repeat(32)}`, "Bearer x"]
	] as const) {
		const said = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization } });
		expect([said.status, await said.text()]).toEqual([404, ""]);
	}
	const socket = connect(port, "127.0.0.1");
	socket.write("\0\0\0nonsense\r\n\r\n");
	await once(socket.resume(), "close");
});

it("a node that dies in the middle breaks the answer, and its successor answers", async () => {
	const [answer] = await ask("/raw-probe/4000000000");
	const over = new Promise(resolve => answer.once("error", resolve).once("end", () => resolve("whole")));
	answer.once("data", () => void owner.kill());
	answer.resume();
	expect(await over).not.toBe("whole");
	owner = await openOwner();
	await until(async () => (await fetch(`${door.url}/api/v1/probe/bytes/${MB}`).then(sizeOf, () => 0)) === MB);
});

/** The most that was ever in memory of a node, in bytes. */
const peakOf = ({ pid }: StartedNode): number =>
	Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;

/** Until nothing moves. */
async function settled(): Promise<void> {
	let last = -1;
	await until(async () => {
		const { given } = await state();
		const still = given === last;
		last = given;
		await sleep(300);
		return still;
	});
}

async function ask(path: string): Promise<[IncomingMessage, ClientRequest]> {
	const req = request(`${door.url}${path}`)
		.on("error", () => undefined)
		.end();
	const [answer] = (await once(req, "response")) as [IncomingMessage];
	answer.on("error", () => undefined);
	return [answer, req];
}
