/**
 * `npm run new -- service notes [community]` writes what a new service is made of: its contract, its domain file, its service,
 * their tests, and its line in contracts/index.ts; then the tables of README.md, which follow.
 */

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CONTRACTS } from "../contracts/cluster";
import { AREAS } from "../contracts/contract";
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
	return wordsOf(area, name);
}

function write(words: Words): string[] {
	const files = Object.entries(filesOf(words));
	const taken = files.find(([path]) => existsSync(join(ROOT, path)));
	if (taken) throw new Refused(`${taken[0]} is there already: move it away, or give the service another name.`);
	for (const [path, text] of files) {
		mkdirSync(dirname(join(ROOT, path)), { recursive: true });
		writeFileSync(join(ROOT, path), text);
	}
	const index = join(ROOT, "contracts/index.ts");
	writeFileSync(index, `${readFileSync(index, "utf8")}${lineOf(words)}\n`);
	return [...files.map(([path]) => path), "contracts/index.ts"];
}

/** In a process of its own each: the contracts that this one has loaded lack the new one. */
function finish(paths: readonly string[]): void {
	const run = (...args: string[]): unknown => execFileSync(process.execPath, args, { cwd: ROOT, stdio: "pipe" });
	run(require.resolve("@biomejs/biome/bin/biome"), "check", "--write", ...paths);
	run("--import", "tsx", join(ROOT, "scripts/docs.ts"));
}

try {
	const words = asked(process.argv.slice(2));
	const paths = write(words);
	finish(paths);
	process.stdout.write(
		`Written:\n${paths.map(path => `  ${path}\n`).join("")}\nSay in the contract what ${words.name} is for, then \`make check\`.\n`
	);
} catch (error) {
	if (!(error instanceof Refused)) throw error;
	process.stderr.write(`${error.message}\n`);
	process.exitCode = 1;
}
