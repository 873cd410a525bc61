/** NATS that is away, does not let us in, or takes small messages alone: one sentence, in the time that was set. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openStage, type Stage } from "../support/banyan";
import { freePort, startNats } from "../support/servers";

let stage: Stage;
beforeAll(async () => {
	stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const plan = (transporter: string, file = stage.definition) =>
	stage.banyan(["migration", "plan", file], { TRANSPORTER: transporter, TRANSPORTER_TIMEOUT: "4000" }).ended;

it("that does not answer", async () => {
	const { code, stderr } = await plan(`nats://127.0.0.1:${await freePort()}`);
	expect([code, stderr]).toEqual([
		1,
		expect.stringMatching(
			/^banyan: NATS does not answer \(CONNECTION_REFUSED, for 4000 ms\): check the address in TRANSPORTER.*\n$/
		)
	]);
});

it("that knows another password", async () => {
	await using nats = await startNats(["--user", "banyan", "--pass", "right"]);
	const { code, stderr } = await plan(nats.url.replace("//", "//banyan:wrong-one@"));
	expect([code, stderr]).toEqual([
		1,
		expect.stringMatching(
			/^banyan: NATS does not let this node in \(.*\): correct the user name and password in TRANSPORTER\.\n$/
		)
	]);
	expect(stderr).not.toContain("wrong-one");
});

it("whose messages are too small for a batch", async () => {
	const config = join(stage.folder, "nats.conf");
	writeFileSync(config, "max_payload: 131072\n");
	await using nats = await startNats(["-c", config]);
	const { code, stdout } = await plan(nats.url);
	expect([code, stdout]).toEqual([
		2,
		expect.stringMatching(
			/batch\.bytes is 300000, but a message between nodes holds 131072 bytes here .*set batch\.bytes to 42325 or less/
		)
	]);
	const smaller = stage.define({ batch: { bytes: 40_000, records: 20 } }, "smaller");
	expect((await plan(nats.url, smaller)).code).toBe(0);
});
