/** bench/RESULTS.md: what was measured, where and when. A row that is measured anew replaces its old lines. */

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import type { Figure } from "./figures";
import { ROOT } from "./product";

const FILE = join(__dirname, "RESULTS.md");

const git = (...args: string[]): string => execFileSync("git", args, { cwd: ROOT, encoding: "utf8" }).trim();

const verdict = ({ met }: Figure): string => (met === null ? "–" : met ? "met" : "**missed**");

function line(figure: Figure, when: string): string {
	const { row, what, measured, peer, ratio, goal, note } = figure;
	return `| ${[row, what, measured, peer, ratio?.toFixed(2) ?? "", goal, verdict(figure), note, when].join(" | ")} |`;
}

const rowOf = (text: string): string => text.split(" | ", 1)[0]?.replace("| ", "") ?? "";

function kept(row: string): string[] {
	const lines = existsSync(FILE) ? readFileSync(FILE, "utf8").split("\n") : [];
	return lines.filter(text => /^\| [a-z]\d? \|/.test(text) && rowOf(text) !== row);
}

export function writeResults(row: string, figures: readonly Figure[]): void {
	const [cpu] = cpus();
	const when = `${git("rev-parse", "--short", "HEAD")}, ${new Date().toISOString().slice(0, 10)}`;
	const lines = [...kept(row), ...figures.map(figure => line({ ...figure, row }, when))];
	lines.sort((a, b) => (rowOf(a) < rowOf(b) ? -1 : rowOf(a) > rowOf(b) ? 1 : 0));
	const text = `# How fast it is

Written by \`make bench\`. Each figure stands beside a peer of the same run on the same machine: medians of several rounds,
taken in turns. Another machine gives other figures; look at the ratios.

The machine: ${cpus().length} cores (${cpu?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}. The sample panels
run in processes of their own, on the same cores.

| row | what | measured | peer | ratio | goal | | | commit |
|---|---|---|---|---|---|---|---|---|
${lines.join("\n")}
`;
	writeFileSync(FILE, text);
}
