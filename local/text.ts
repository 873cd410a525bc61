/** What is said of a cluster to people. Pure. */

import type { Health } from "./health";
import { type Kind, type Member, portName } from "./shape";
import { spell } from "./words";

const CALLED: Readonly<Record<Kind, string>> = {
	nats: "NATS",
	redis: "Redis",
	database: "database",
	node: "node",
	gateway: "gateway",
	prometheus: "Prometheus"
};

type Paint = (style: "green" | "red" | "dim" | "bold", text: string) => string;
type Ports = Readonly<Record<string, number>>;

const SCHEMES: Partial<Record<Kind, string>> = { nats: "tls", redis: "redis", database: "mongodb" };

/** Where it is reached; nothing for a node, which listens nowhere. */
export function addressOf(member: Member, ports: Ports): string {
	const [first] = member.listens;
	if (first === undefined) return "";
	return `${SCHEMES[member.kind] ?? "http"}://127.0.0.1:${ports[portName(member, first)]}`;
}

const HEAD = ["process", "kind", "state", "pid", "since", "restarts", "address"];

/** A table, a line a process. @param now in ms since 1970 */
export function healthTable(all: readonly Health[], ports: Ports, now: number, paint: Paint): string {
	const rows = all.map(({ member, process, fault }) => [
		member.name,
		CALLED[member.kind],
		fault === null ? "well" : fault,
		String(process?.pid ?? "–"),
		process === undefined ? "–" : spell((now - Date.parse(process.since)) / 1000),
		String(process?.restarts ?? 0),
		addressOf(member, ports)
	]);
	const widths = HEAD.map((head, column) => Math.max(head.length, ...rows.map(row => row[column]?.length ?? 0)));
	const line = (row: readonly string[], paintCell: (text: string, column: number) => string): string =>
		row
			.map((cell, column) => paintCell(cell.padEnd(widths[column] ?? 0), column))
			.join("  ")
			.trimEnd();
	const state = (fault: string | null) => (text: string, column: number) =>
		column === STATE ? paint(fault === null ? "green" : "red", text) : text;
	return [
		line(HEAD, text => paint("dim", text)),
		...rows.map((row, index) => line(row, state(all[index]?.fault ?? null)))
	].join("\n");
}
const STATE = HEAD.indexOf("state");

/** One sentence about all of them. */
export function healthWords(all: readonly Health[]): string {
	const faulty = all.filter(({ fault }) => fault !== null);
	if (faulty.length === 0) return `All ${all.length} processes are well.`;
	const named = faulty.map(({ member, fault }) => `${member.name} ${fault}`).join("; ");
	return `${all.length - faulty.length} of ${all.length} processes are well: ${named}.`;
}

/** What its Prometheus says fires. */
export const alertWords = (firing: readonly string[]): string[] =>
	firing.length === 0
		? []
		: [`${firing.length} alert${firing.length === 1 ? " fires" : "s fire"}:`, ...firing.map(line => `  ${line}`)];

interface About {
	readonly gateways: readonly string[];
	/** Null where nothing watches. */
	readonly prometheus: string | null;
	/** Null where none was found. */
	readonly keyFile: string | null;
	readonly folder: string;
	readonly database: string;
}

/** What there is, and what to try next. */
export function welcome({ gateways, keyFile, folder, database, prometheus }: About, paint: Paint): string {
	const [first = ""] = gateways;
	const key = keyFile ?? "(not there yet: see the logs of access-1 and access-2)";
	const rows = [
		["gateways", gateways.join("  ")],
		["docs page", `${first}/docs`],
		["API key", `in ${key}`],
		["database", database],
		...(prometheus === null ? [] : [["Prometheus", `${prometheus}/alerts  ${prometheus}/targets`]]),
		["logs", `${folder}/logs`],
		["state", `${folder}/state.json`]
	];
	const tries = [
		`export BANYAN_URL=${first} BANYAN_API_KEY="$(cat ${key})"`,
		"./banyan migration status",
		"make cluster-health     # again after: kill -9 of any process in that table",
		"make cluster-down       # stops all of it; CLUSTER_CLEAN=1 takes its data away, too"
	];
	return [
		...rows.map(([what = "", says = ""]) => `  ${paint("dim", what.padEnd(10))} ${says}`),
		"",
		"Try next:",
		...tries.map(text => `  ${text}`)
	].join("\n");
}
