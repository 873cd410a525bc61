/** `banyan flag` against a node in this process, as the command opens one. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "../../../cli/client";
import { type Flags, withClient } from "../../../cli/command";
import { difference, evaluate, explain, history, listFlags, showFlag } from "../../../cli/commands/flags";
import {
	createFlag,
	deleteFlag,
	rollBack,
	rollOut,
	setFlag,
	turnOff,
	turnOn
} from "../../../cli/commands/flags-changed";
import { clientOn } from "../../../cli/joined";
import type { Broker } from "../../../cluster";
import { bucketOf } from "../../../domain/bucket";
import { openNode } from "../../../node";
import { captured, type Ended } from "../../support/in-process";

let folder: string;
let broker: Broker;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-flag-"));
	broker = await openNode({ services: ["flags"], logLevel: "fatal", own: true }, { DATA_DIR: folder });
});
afterAll(async () => {
	await broker.stop();
	rmSync(folder, { recursive: true, force: true });
});

type Work = (client: Client, flags: Flags) => Promise<number>;
const banyan = (work: Work, flags: Flags = {}): Promise<Ended> => {
	const client: Client = { ...clientOn(broker), server: null, close: async () => undefined };
	return captured(() =>
		withClient(
			async () => client,
			"flags",
			opened => work(opened, { reason: "A test.", yes: true, ...flags })
		)
	);
};
const on =
	<A extends unknown[]>(work: (client: Client, ...given: [...A, Flags]) => Promise<number>, ...given: A): Work =>
	(client, flags) =>
		work(client, ...given, flags);

const made = { owner: "payments", percent: "25", expires: "2999-01-31", group: ["staff"], description: "The new one." };

it("says that there is none, and how to make one", async () => {
	const { code, stdout } = await banyan(listFlags);
	expect([code, stdout]).toEqual([0, expect.stringContaining("There is no flag. To make one: banyan flag create KEY")]);
	expect((await banyan(listFlags, { stale: true })).stdout).toContain("No flag should go.");
	expect((await banyan(history)).stdout).toContain("Nothing was ever set.");
});

it("makes a flag, shows it, and refuses to make it twice", async () => {
	const { code, stdout } = await banyan(on(createFlag, "checkout"), made);
	expect([code, stdout]).toEqual([
		0,
		[
			"checkout: on, of revision 1: The new one.",
			"  groups: groups staff → on",
			"  rollout: 25 % → on",
			"  else off; while it is off off",
			"  of payments, until 2999-01-31",
			""
		].join("\n")
	]);
	const again = await banyan(on(createFlag, "checkout"), made);
	expect([again.code, again.text]).toEqual([1, expect.stringContaining("There is a flag 'checkout'")]);
	expect((await banyan(listFlags)).stdout).toMatch(
		/^checkout +on +groups staff → on; 25 % → on +payments +2999-01-31/m
	);
	expect(JSON.parse((await banyan(on(showFlag, "checkout"), { json: true })).stdout)).toMatchObject({ revision: 1 });
});

it("says what a flag answers for somebody, and why", async () => {
	const user = "ada";
	const isOn = bucketOf("checkout", user) <= 25;
	const said = (await banyan(on(evaluate, "checkout"), { user })).stdout;
	expect(said).toBe(
		isOn ? "checkout: true (on), SPLIT by rule 'rollout', revision 1\n" : "checkout: false (off), DEFAULT, revision 1\n"
	);
	const why = (await banyan(on(explain, "checkout"), { user, group: ["staff"], attribute: ["age=5", "beta=true"] }))
		.stdout;
	expect(why).toContain("checkout: true (on), TARGETING_MATCH by rule 'groups'");
	expect(why).toContain(`bucket ${bucketOf("checkout", user)} of 100, by the salt 'checkout'`);
	expect(why).toContain("would change it: Take what they have from rule 'groups'");
	const json = JSON.parse(
		(await banyan(on(explain, "checkout"), { attribute: ["age=5", "beta=true", "v=1.x"], json: true })).stdout
	);
	expect([json.inputs.context, json.errorCode]).toEqual([{ age: 5, beta: true, v: "1.x" }, "TARGETING_KEY_MISSING"]);
	const wrong = await banyan(on(evaluate, "checkout"), { attribute: ["age"] });
	expect([wrong.code, wrong.text]).toEqual([
		1,
		expect.stringContaining("--attribute takes name=value, and 'age' is none")
	]);
	const unknown = await banyan(on(evaluate, "chekout"), { user });
	expect([unknown.code, unknown.text]).toEqual([1, expect.stringContaining("Did you mean 'checkout'?")]);
});

it("turns it off and on, and grows its share", async () => {
	expect((await banyan(on(turnOff, "checkout"))).stdout).toContain("checkout: off, of revision 2");
	expect((await banyan(on(turnOn, "checkout"))).stdout).toContain("checkout: on, of revision 3");
	expect((await banyan(on(rollOut, "checkout", "50"), { rule: "rollout" })).stdout).toContain("rollout: 50 % → on");
	for (const [percent, words] of [
		["5.5", "The share is a whole number, and '5.5' is none"],
		["101", "percent"]
	] as const) {
		const { code, text } = await banyan(on(rollOut, "checkout", percent));
		expect([code, text]).toEqual([1, expect.stringContaining(words)]);
	}
});

it("sets a flag as a file says, also as `show --json` printed it", async () => {
	const file = join(folder, "flag.json");
	const { stdout } = await banyan(on(showFlag, "checkout"), { json: true });
	writeFileSync(file, stdout.replace("The new one.", "By a file."));
	expect((await banyan(on(setFlag, "checkout", file))).stdout).toContain("By a file.");
	writeFileSync(file, stdout.replace('"on":true', '"on":"yes"').replace('"on": true', '"on": "yes"'));
	const refused = await banyan(on(setFlag, "checkout", file));
	expect([refused.code, refused.text]).toEqual([1, expect.stringContaining("no boolean")]);
	for (const [text, words] of [
		["{", "is no JSON"],
		["[]", "has no flag in it"]
	] as const) {
		writeFileSync(file, text);
		expect((await banyan(on(setFlag, "checkout", file))).text).toContain(words);
	}
});

it("says what was set when and why, what differs, and goes back", async () => {
	expect((await banyan(history, { limit: "2" })).stdout).toMatch(/^ +5 {2}.* the operator +A test\./m);
	expect((await banyan(on(difference, "2", "3"))).stdout).toMatch(/flags\.checkout\.enabled +false +true/);
	expect((await banyan(on(difference, "1", "3"))).stdout).toContain("All flags are alike in both.");
	expect((await banyan(on(rollBack, "1"))).stdout).toContain("Revision 6 is set.");
	expect((await banyan(on(showFlag, "checkout"))).stdout).toContain("The new one.");
	const none = await banyan(on(rollBack, "99"));
	expect([none.code, none.text]).toEqual([1, expect.stringContaining("no revision 99")]);
});

it("deletes it", async () => {
	expect((await banyan(on(deleteFlag, "checkout"))).stdout).toContain("Revision 7 is set.");
	expect((await banyan(on(showFlag, "checkout"))).text).toContain("There is no flag 'checkout'.");
});
