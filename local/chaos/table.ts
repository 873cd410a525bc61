/** The table of what was tried, for people and for a document. Pure. */

import type { Tried } from "./trial";

const HEAD = [
	"fault",
	"requests",
	"failed",
	"slowest",
	"recovered after",
	"tried again",
	"acknowledged, lost",
	"done twice",
	"keyless, unknown",
	""
];

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

export const cellsOf = (row: Tried): string[] => [
	row.fault,
	row.requests.toLocaleString("en-US"),
	String(row.failed),
	seconds(row.slowestMs),
	row.recoverMs === 0 ? "–" : seconds(row.recoverMs),
	String(row.triedAgain),
	String(row.lost),
	String(row.twice),
	String(row.unknown),
	[row.short.length === 0 ? "met" : `**short**: ${row.short.join(", ")}`, row.seen].filter(Boolean).join("; ")
];

const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

export const headLine = (): string => line(HEAD);
export const rowLine = (row: Tried): string => line(cellsOf(row));

interface About {
	readonly rate: number;
	readonly cores: number;
	readonly node: string;
	readonly commit: string;
	readonly day: string;
}

export const documentOf = (
	rows: readonly Tried[],
	{ rate, cores, node, commit, day }: About
): string => `# What dies, and what that costs

Written by \`make chaos\` at ${commit}, ${day}: ${cores} cores, Node ${node}; three NATS servers, Redis, a database, two nodes of each
group and two gateways on this one machine, and whoever asks: ${rate} requests a second, reads of four services, creates and
removals of API keys and appends to a run, each under an \`Idempotency-Key\` but one in fifty. Who asks tries again, at the other gateway,
what has a key or only reads. *Recovered after*: from the fault to the last request that was tried again or took over a second.

${headLine()}
${line(HEAD.map(() => "---"))}
${rows.map(rowLine).join("\n")}
`;
