/** What a node says in a terminal. */

import { banner } from "../../../cluster/banner";
import { readable } from "../../../cluster/readable";

const plain = (_style: unknown, text: string): string => text;
const line = (fields: object): string => JSON.stringify({ level: "info", time: "2026-11-26T17:05:09.123Z", ...fields });

it.each<[string, object, string | null]>([
	["a service's line", { svc: "gateway", msg: "It listens." }, "17:05:09 gateway: It listens."],
	["with whom it was for", { svc: "gateway", msg: "Done.", correlationId: "c-1" }, "17:05:09 gateway: Done. c-1"],
	["a warning of anybody", { level: "warn", mod: "TRANSIT", msg: "Slow." }, "17:05:09 transit: warn Slow."],
	[
		"an error, with what broke",
		{ level: "error", svc: "x", msg: "Failed.", err: { message: "disk" } },
		"17:05:09 x: error Failed. disk"
	],
	["routine of Moleculer's", { mod: "broker", msg: "ServiceBroker is started." }, null],
	["routine of a service", { svc: "links", msg: "Service 'links' started." }, null]
])("%s", (_, fields, says) => {
	expect(readable(line(fields), plain)).toBe(says);
});

it("the banner names address, docs page and key file, and what it runs where it has no gateway", () => {
	const about = {
		version: "1",
		node: "n",
		address: "http://h:1",
		keyFile: "/d/api-key",
		dataDir: "/d",
		services: ["links"]
	};
	const text = banner(about);
	for (const said of ["http://h:1\n", "http://h:1/docs\n", "in /d/api-key\n"]) expect(text).toContain(said);
	const far = banner({ ...about, address: null, keyFile: null });
	expect(far).not.toMatch(/docs|api-key|null/);
	expect(far).toContain("links");
});
