/** `banyan config` against a node in this process, as the command opens one. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "../../../cli/client";
import { type Flags, withClient } from "../../../cli/command";
import {
	configHistory,
	diffConfig,
	explainSetting,
	listConfig,
	nodesFollowing,
	showConfig
} from "../../../cli/commands/config";
import {
	applySettings,
	rollBackSettings,
	setSecret,
	setSettings,
	unsetSettings
} from "../../../cli/commands/config-changed";
import { clientOn } from "../../../cli/joined";
import type { Broker } from "../../../cluster";
import { openNode } from "../../../node";
import { captured, type Ended } from "../../support/in-process";
import { until } from "../../support/until";

let folder: string;
let broker: Broker;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-config-"));
	broker = await openNode(
		{ services: ["config"], logLevel: "fatal", own: true },
		{ DATA_DIR: folder, NODE_ID: "here", GATEWAY_REQUESTS_EACH: "500" }
	);
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
			"config",
			opened => work(opened, { reason: "A test.", yes: true, ...flags })
		)
	);
};
const on =
	<A extends unknown[]>(work: (client: Client, ...given: [...A, Flags]) => Promise<number>, ...given: A): Work =>
	(client, flags) =>
		work(client, ...given, flags);
const fileOf = (text: string): string => {
	const file = join(folder, "given");
	writeFileSync(file, text);
	return file;
};
/** Once this node goes by the revision. */
const followed = (revision: number): Promise<void> =>
	until(async () => {
		const [own] = await clientOn(broker).call("gateway.following", {});
		return own?.sets?.some(each => each.set === "config" && each.revision === revision) === true;
	});

it("lists the services with settings, and that nothing is set", async () => {
	const { code, stdout } = await banyan(listConfig);
	expect(code).toBe(0);
	expect(stdout).toMatch(/^sessions +\d+$/m);
	expect(stdout).toContain("Nothing is set for the cluster.");
	expect((await banyan(configHistory)).stdout).toContain("Nothing was ever set.");
});

it("sets one that holds live, and tells of one that does not that it is pending; each node says what holds", async () => {
	const live = await banyan(on(setSettings, "sessions", ["REFRESH_GRACE=30"]));
	expect([live.code, live.stdout]).toEqual([0, expect.stringMatching(/sessions\.REFRESH_GRACE +added +- +30/)]);
	expect(live.stdout).toContain("default: revision 1 is set.");
	expect(live.stdout).not.toContain("pending");
	const later = await banyan(on(setSettings, "gateway", ["GATEWAY_CONNECTIONS=2048", "GATEWAY_REQUESTS_EACH=700"]));
	expect(later.stdout).toContain("Nodes go by it once they start anew: GATEWAY_CONNECTIONS. Until then it is pending.");
	await followed(2);
	const explained = async (key: string): Promise<string> => (await banyan(on(explainSetting, key))).stdout;
	expect(await explained("REFRESH_GRACE")).toMatch(/^here +30 +config +default: 10 +live +- +2$/m);
	expect(await explained("gateway_connections")).toMatch(/^here +4096 +default .* +at a start +2048 +2$/m);
	expect(await explained("GATEWAY_REQUESTS_EACH")).toMatch(
		/^here +500 +environment +config: 700, default: 1024 +live +- +2$/m
	);
	expect((await banyan(on(showConfig, "sessions"))).stdout).toMatch(
		/^REFRESH_GRACE +30 +config +30 +live +a whole number/m
	);
	expect((await banyan(listConfig)).stdout).toMatch(/^sessions +\d+ +REFRESH_GRACE \(default\)$/m);
	expect((await banyan(nodesFollowing)).stdout).toMatch(/^here +config +2 +[0-9a-f]{12} +service +-$/m);
});

it("sets those of several services by a file, all or none", async () => {
	const wrong = await banyan(on(applySettings, fileOf("sessions: { REFRESH_GRACE: 40 }\ngateway: { STREAMS: many }")));
	expect([wrong.code, wrong.text]).toEqual([1, expect.stringContaining("STREAMS")]);
	const right = await banyan(on(applySettings, fileOf("sessions: { REFRESH_GRACE: 40 }\ngateway: { STREAMS: 9 }")));
	expect(right.stdout).toMatch(/gateway\.STREAMS +added +- +9\n.*sessions\.REFRESH_GRACE +changed +30 +40\n/);
	expect(right.stdout).toContain("revision 3");
	expect((await banyan(on(applySettings, fileOf("- no\n- table")))).text).toContain("has no settings in it");
	expect((await banyan(on(applySettings, fileOf("a: [")))).text).toContain("is no YAML");
});

it("takes a secret from a file alone, and shows it nowhere", async () => {
	const typed = await banyan(on(setSettings, "secrets", ["BANYAN_SECRET_PANEL=hunter2"]));
	expect([typed.code, typed.text]).toEqual([1, expect.stringContaining("a secret comes from a file")]);
	const shown = [await banyan(on(setSecret, "BANYAN_SECRET_PANEL", fileOf("hunter2\n")))];
	expect(shown[0]?.stdout).toMatch(/secrets\.BANYAN_SECRET_PANEL +added +never shown +never shown/);
	shown.push(await banyan(on(showConfig, "secrets")), await banyan(on(diffConfig, "1", "4"), { json: true }));
	shown.push(await banyan(on(diffConfig, "3", "4"), { json: true }), await banyan(listConfig, { json: true }));
	expect(shown[1]?.stdout).toMatch(/^BANYAN_SECRET_PANEL +a secret +config +- /m);
	expect(shown.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
	for (const { text } of shown) expect(text).not.toContain("hunter2");
	expect(await broker.call("config.reveal", { names: ["BANYAN_SECRET_PANEL"] })).toEqual({
		BANYAN_SECRET_PANEL: "hunter2"
	});
	expect((await banyan(on(setSecret, "BANYAN_SECRET_PANEL", fileOf("\n")))).text).toContain("is empty");
});

it("tells revisions apart, goes back by a new one, and takes a setting away", async () => {
	expect((await banyan(on(diffConfig, "1", "3"))).stdout).toMatch(/sessions\.REFRESH_GRACE +changed +30 +40/);
	const back = await banyan(on(rollBackSettings, "1"));
	expect(back.stdout).toMatch(/secrets\.BANYAN_SECRET_PANEL +removed/);
	expect(back.stdout).toContain("default: revision 5 is set.");
	expect((await banyan(on(diffConfig, "1", "5"))).stdout).toContain("All is set alike.");
	const gone = await banyan(on(unsetSettings, "sessions", ["REFRESH_GRACE"]));
	expect(gone.stdout).toMatch(/sessions\.REFRESH_GRACE +removed +30 +-/);
	const { stdout } = await banyan(configHistory, { limit: "3" });
	expect(stdout.match(/^ +\d.* the operator +A test\. +[0-9a-f]{12}$/gm)).toHaveLength(3);
	const first = JSON.parse((await banyan(configHistory, { limit: "1", json: true })).stdout);
	expect((await banyan(configHistory, { limit: "1", after: first.next })).stdout).toMatch(/^ +5 /m);
});

it("keeps the settings of environments apart", async () => {
	const staging = { environment: "staging" };
	expect((await banyan(on(setSettings, "sessions", ["REFRESH_GRACE=5"]), staging)).stdout).toContain(
		"staging: revision 1 is set."
	);
	expect((await banyan(on(showConfig, "sessions"))).stdout).not.toMatch(/^REFRESH_GRACE +\S+ +\S+ +5 /m);
	expect((await banyan(on(showConfig, "sessions"), staging)).stdout).toMatch(/^REFRESH_GRACE +\S+ +\S+ +5 /m);
});

it.each<[string, Work, Flags, string]>([
	["a wrong value", on(setSettings, "sessions", ["REFRESH_GRACE=many"]), {}, "REFRESH_GRACE"],
	["an unknown key", on(setSettings, "sessions", ["REFRESH_GRASS=1"]), {}, "REFRESH_GRASS"],
	["an unknown service", on(setSettings, "nobody", ["A=1"]), {}, "There is no service 'nobody'"],
	["no value", on(setSettings, "sessions", ["REFRESH_GRACE"]), {}, "A setting is given as KEY=VALUE"],
	["a revision that was seen before", on(setSettings, "sessions", ["REFRESH_GRACE=1"]), { expected: "2" }, "6"],
	["a revision that is none", on(setSettings, "sessions", ["REFRESH_GRACE=1"]), { expected: "x" }, "--expected is a"],
	["a rollback to none", on(rollBackSettings, "x"), {}, "The revision is a whole number"],
	["one that there is not", on(rollBackSettings, "99"), {}, "99"],
	["an explanation of no setting", on(explainSetting, "NOBODYS"), {}, "There is no setting 'NOBODYS'"]
])("%s is refused in words, and nothing is set", async (_, work, flags, says) => {
	const { code, text } = await banyan(work, flags);
	expect([code, text]).toEqual([1, expect.stringContaining(says)]);
	expect((await broker.call("config.history", { limit: 1 })).items[0]?.revision).toBe(6);
});
