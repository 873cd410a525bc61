import type { Health } from "../../../local/health";
import { CLUSTER, membersOf, portsOf } from "../../../local/shape";
import { alertWords, healthTable, healthWords, welcome } from "../../../local/text";
import { spell } from "../../../local/words";

const NOW = Date.parse("2026-11-27T12:00:00Z");
const members = membersOf(CLUSTER);
const ports = Object.fromEntries(portsOf(members).map((name, index) => [name, 20_000 + index]));
const since = "2026-11-27T11:55:00.000Z";
const all: Health[] = members.map((member, index) => ({
	member,
	process: { name: member.name, pid: 100 + index, since, restarts: 0, ended: null },
	fault: member.name === "access-2" ? "is down (SIGKILL)" : null
}));
const plain = (_: string, text: string): string => text;

it("a line a process: how it is, since when, where it is reached", () => {
	const lines = healthTable(all, ports, NOW, plain).split("\n");
	expect(lines).toHaveLength(17);
	expect(lines[1]).toMatch(/^nats-1 +NATS +well +100 +5 min +0 +tls:\/\/127\.0\.0\.1:20000$/);
	expect(lines.find(line => line.startsWith("access-2"))).toMatch(/is down \(SIGKILL\) +110 +5 min +0$/);
	expect(lines.find(line => line.startsWith("gateway-2"))).toContain("http://127.0.0.1:20012");
});

it("one sentence: all of them, or which are not well and why", () => {
	expect(healthWords(all)).toBe("15 of 16 processes are well: access-2 is down (SIGKILL).");
	expect(healthWords(all.map(each => ({ ...each, fault: null })))).toBe("All 16 processes are well.");
});

it("what to try next is told with its own address and key", () => {
	const about = { gateways: ["http://127.0.0.1:1"], keyFile: "/k", folder: "/f", database: "some", prometheus: null };
	expect(welcome(about, plain)).toContain('export BANYAN_URL=http://127.0.0.1:1 BANYAN_API_KEY="$(cat /k)"');
});

it("what watches it is named where there is one, and what it says fires", () => {
	const about = { gateways: [], keyFile: null, folder: "/f", database: "some", prometheus: "http://127.0.0.1:2" };
	expect(welcome(about, plain)).toContain("http://127.0.0.1:2/alerts");
	expect(alertWords([])).toEqual([]);
	expect(alertWords(["warning: one"])).toEqual(["1 alert fires:", "  warning: one"]);
	expect(alertWords(["a", "b"])[0]).toBe("2 alerts fire:");
});

it.each([
	[-1, "0 s"],
	[59.9, "59 s"],
	[60, "1 min"],
	[7_200, "2 h"],
	[200_000, "2 d"]
])("%d s are %s", (seconds, words) => {
	expect(spell(seconds)).toBe(words);
});
