/**
 * `node dist/local/chaos/main.js [--short] [--rate N] [--only TEXT] [--write FILE]`: faults under load, one line each.
 * Ends with 1 where a line is short of what it must reach.
 */

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { messageOf } from "../../domain/unknown";
import { ROOT } from "../cluster";
import { judging, openBooks } from "./books";
import { FAULTS, type Fault } from "./faults";
import { Load } from "./load";
import { openStage, type Stage } from "./stage";
import { documentOf, headLine, rowLine } from "./table";
import { type Tried, tried, untroubled } from "./trial";

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const text = { type: "string" } as const;
const { values } = parseArgs({
	options: { short: { type: "boolean" }, rate: text, only: text, write: text, lasts: text }
});

/** Requests a second; how long a fault lasts that does not end by itself, in ms. */
const USUAL = { rate: 200, lastsMs: 20_000 };
const SHORT = { rate: 40, lastsMs: 8_000 };

async function main(): Promise<boolean> {
	const form = values.short ? SHORT : USUAL;
	const rate = Number(values.rate ?? form.rate);
	const lastsMs = Number(values.lasts ?? form.lastsMs / 1000) * 1000;
	const wanted = FAULTS.filter(({ name, short }) => name.includes(values.only ?? "") && (short || !values.short));
	if (wanted.length === 0)
		throw new Error(
			`No fault has '${values.only}' in its name; there are: ${FAULTS.map(({ name }) => name).join(", ")}.`
		);
	const stage = await openStage(join(ROOT, "data", "chaos"));
	for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void ended(stage));
	try {
		return await judged(stage, wanted, { rate, lastsMs });
	} finally {
		await stage[Symbol.asyncDispose]();
	}
}

const INTERRUPTED = 130;

/** Told to stop, it takes its cluster along; told twice, it ends at once. */
async function ended(stage: Stage): Promise<never> {
	await stage[Symbol.asyncDispose]();
	process.exit(INTERRUPTED);
}

interface Form {
	readonly rate: number;
	readonly lastsMs: number;
}

async function judged(stage: Stage, wanted: readonly Fault[], { rate, lastsMs }: Form): Promise<boolean> {
	const books = openBooks(stage.migration);
	const load = new Load(stage.client, books, rate);
	const trial = { load, hands: stage.hands, lastsMs, well: stage.well, judge: judging(stage.client, books) };
	say(
		`\n${rate} requests a second. Times that are longer than a second, and requests tried again, count as having met the fault.\n`
	);
	await untroubled(load);
	const rows: Tried[] = [];
	for (const [index, fault] of wanted.entries()) {
		const row = await tried(fault, trial);
		rows.push(row);
		if (index === 0) say(headLine());
		say(rowLine(row));
		for (const why of row.why) say(`      ${why}`);
	}
	if (values.write !== undefined) writeFileSync(values.write, documentOf(rows, aboutOf(rate)));
	const short = rows.filter(row => row.short.length > 0);
	say(
		short.length === 0
			? "\nEvery line is as it must be."
			: `\n${short.length} of ${rows.length} lines are short of what they must reach.`
	);
	return short.length === 0;
}

const git = (...args: string[]): string => execFileSync("git", args, { cwd: ROOT, encoding: "utf8" }).trim();

const aboutOf = (rate: number) => ({
	rate,
	cores: cpus().length,
	node: process.versions.node,
	commit: git("rev-parse", "--short", "HEAD"),
	day: new Date().toISOString().slice(0, 10)
});

main().then(
	good => process.exit(good ? 0 : 1),
	(error: unknown) => {
		process.stderr.write(`chaos: ${messageOf(error)}\n`);
		process.exit(1);
	}
);
