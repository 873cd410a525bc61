/** A server that is told to stop while it starts, at whatever moment, ends in order and says nothing of it. */

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { freePort } from "../support/servers";

const START = join(__dirname, "..", "..", "dist", "start.js");

let folder: string;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "banyan-told-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Told once it has said so much of itself. */
async function toldAt(said: string, signal: NodeJS.Signals, settings: Record<string, string> = {}) {
	const child = spawn(process.execPath, [START], {
		env: { PATH: process.env.PATH, DATA_DIR: join(folder, "data"), GATEWAY_PORT: "0", ...settings },
		stdio: ["ignore", "pipe", "pipe"]
	});
	const ended = once(child, "close");
	const stderr = text(child.stderr);
	let out = "";
	let isTold = false;
	child.stdout.on("data", (chunk: Buffer) => {
		out += chunk;
		if (isTold || !out.includes(said)) return;
		isTold = true;
		child.kill(signal);
	});
	const [code, by] = await ended;
	expect(out).toContain(said);
	return { code, by, stderr: await stderr };
}

const IN_ORDER = { code: 0, by: null, stderr: "" };

it.each([
	["its first line", "\n", "SIGTERM"],
	["its services being made", "gateway", "SIGINT"],
	["the broker having started", "ServiceBroker with", "SIGTERM"]
] as const)("after %s", async (_, said, signal) => {
	expect(await toldAt(said, signal)).toEqual(IN_ORDER);
});

it("while it waits for NATS, which nobody runs", async () => {
	const settings = {
		TRANSPORTER: `nats://127.0.0.1:${await freePort()}`,
		TRANSPORTER_TIMEOUT: "600000",
		CLUSTER_KEY: randomBytes(32).toString("base64"),
		SERVICES: "transformer"
	};
	expect(await toldAt("Transporter:", "SIGTERM", settings)).toEqual(IN_ORDER);
});
