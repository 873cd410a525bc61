/**
 * `npm run new -- service notes [community]` writes what a new service is made of: its contract, its domain file, its service,
 * their tests, and its line in contracts/index.ts; then the tables of README.md, which follow.
 */

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CONTRACTS } from "../contracts/cluster";
import { AREAS } from "../contracts/contract";
import { propertyOf } from "../domain/unknown";
import { reservedFor } from "./new/reserved";
import { filesOf, lineOf } from "./new/service";
import { type Words, wordsOf } from "./new/words";

const ROOT = join(__dirname, "..");
const USAGE = "Write `npm run new -- service notes [area]`; the area is";

class Refused extends Error {}

/** @throws Refused */
function asked([kind, name, area = "community"]: readonly string[]): Words {
	if (kind !== "service" || name === undefined) throw new Refused(`${USAGE} one of ${AREAS.join(", ")}.`);
	if (!AREAS.some(each => each === area))
		throw new Refused(`There is no area '${area}': it is one of ${AREAS.join(", ")}.`);
	if (!/^[a-z][A-Za-z0-9]{1,30}$/.test(name))
		throw new Refused(
			`'${name}' is no name of a service: write letters and digits, a small letter first, as in notes.`
		);
	if (CONTRACTS.some(contract => contract.name === name))
		throw new Refused(`There is a contract '${name}' already: give the new one another name.`);
	const words = wordsOf(area, name);
	const reserved = reservedFor(words);
	if (reserved !== undefined)
		throw new Refused(`No service can be called '${name}': ${reserved}. Give it another name.`);
	return words;
}

/** How to undo what was done, the last first. */
type Undo = (() => void)[];

function write(words: Words, undo: Undo): string[] {
	const files = Object.entries(filesOf(words));
	const taken = files.find(([path]) => existsSync(join(ROOT, path)));
	if (taken) throw new Refused(`${taken[0]} is there already: move it away, or give the service another name.`);
	for (const path of ["contracts/index.ts", "README.md", "docs/losses.md"]) undo.unshift(restoring(join(ROOT, path)));
	for (const [path, text] of files) add(join(ROOT, path), text, undo);
	const index = join(ROOT, "contracts/index.ts");
	writeFileSync(index, `${readFileSync(index, "utf8")}${lineOf(words)}\n`);
	return [...files.map(([path]) => path), "contracts/index.ts"];
}

function restoring(path: string): () => void {
	const text = readFileSync(path);
	return () => writeFileSync(path, text);
}

function add(path: string, text: string, undo: Undo): void {
	// The first of the folders that were not there.
	const folder = mkdirSync(dirname(path), { recursive: true });
	undo.unshift(() => rmSync(folder ?? path, { recursive: true, force: true }));
	writeFileSync(path, text);
}

/** In a process of its own each: the contracts that this one has loaded lack the new one. */
function finish(paths: readonly string[]): void {
	run(require.resolve("@biomejs/biome/bin/biome"), "check", "--write", ...paths);
	run("--import", "tsx", join(ROOT, "scripts/docs.ts"));
	run(join(ROOT, "node_modules/typescript/bin/tsc"));
}

/** @throws Refused with the first line that says what is wrong */
function run(...args: string[]): void {
	try {
		execFileSync(process.execPath, args, { cwd: ROOT, stdio: "pipe" });
	} catch (error) {
		const said = `${textIn(error, "stderr")}\n${textIn(error, "stdout")}`;
		const sentence = /^\w*Error: (.+)$/m.exec(said)?.[1] ?? /^.*\berror\b.*$/m.exec(said)?.[0] ?? said.trim();
		throw new Refused(`What would be written does not pass, so nothing of it was kept: ${sentence}`);
	}
}

const textIn = (error: unknown, stream: string): string => String(propertyOf(error, stream) ?? "");

/** Whole, or not at all. */
function make(words: Words): string[] {
	const undo: Undo = [];
	try {
		const paths = write(words, undo);
		finish(paths);
		return paths;
	} catch (error) {
		for (const step of undo) step();
		throw error;
	}
}

try {
	const words = asked(process.argv.slice(2));
	const paths = make(words);
	process.stdout.write(
		`Written:\n${paths.map(path => `  ${path}\n`).join("")}\nSay in the contract what ${words.name} is for, then \`make check\`.\n`
	);
} catch (error) {
	if (!(error instanceof Refused)) throw error;
	process.stderr.write(`${error.message}\n`);
	process.exitCode = 1;
}
