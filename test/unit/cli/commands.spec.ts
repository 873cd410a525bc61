/** The commands as they say of themselves, and as the README has them. */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { allOf, type CommandNode, leavesOf } from "../../../cli/completion/tree";
import { helpAfter } from "../../../cli/help";

const ROOT = join(__dirname, "..", "..", "..");

/** commander is a module that this runner cannot load: the tree comes from a process that can. */
const PRINT = `const { banyan } = require("./cli/program.ts"); const { treeOf } = require("./cli/completion/tree.ts");
console.log(JSON.stringify(treeOf(banyan(() => { throw new Error("opens nothing"); }))));`;
const tree = JSON.parse(
	execFileSync(process.execPath, ["--import", "tsx", "-e", PRINT], { cwd: ROOT, encoding: "utf8" })
) as CommandNode;
const leaves = leavesOf(tree).map((node): [string, CommandNode] => [["banyan", ...node.path].join(" "), node]);

/** What is done where the data are. */
const HERE = ["completion", "backup", "restore", "identity"];

it("there are commands", () => {
	expect(leaves.length).toBeGreaterThan(15);
});

describe.each(leaves)("%s", (words, { options, path }) => {
	it("stands in the README's table", () => {
		const rows = readFileSync(join(ROOT, "README.md"), "utf8")
			.split("\n")
			.filter(line => line.startsWith("| `banyan "))
			.map(row => row.split(" | ")[0] as string);
		expect(rows.some(row => new RegExp(`\`${words}[ \`]`).test(row))).toBe(true);
	});

	it("can be asked of a server, if it asks anything", () => {
		const names = options.flatMap(option => option.names);
		const far = names.filter(name => name === "--url" || name === "--api-key-file");
		expect(far).toEqual(HERE.includes(path[0] ?? "") ? [] : ["--url", "--api-key-file"]);
		// Whoever lists processes reads a command line.
		expect(names).not.toContain("--api-key");
	});
});

it.each(leaves.map(([words, { path }]) => [words, path.join(" ")]))(
	"the help of %s keeps names and meanings apart",
	(_, path) => {
		const told = helpAfter(path).split("Settings, from the environment:\n")[1]?.split("\n") ?? [];
		const starts = told.map(line => /^ {2}[A-Z_]+ {2,}(?=\S)/.exec(line)?.[0].length);
		expect([...new Set(starts)]).toEqual(told.length === 0 ? [] : [expect.any(Number)]);
	}
);

it("what they say of themselves is alike: words of what they do, and no full stop", () => {
	const said = allOf(tree)
		.slice(1)
		.flatMap(({ says, options }) => [says, ...options.map(option => option.says)]);
	for (const says of said) {
		expect(says).toMatch(/^[a-zA-Z]/);
		expect(says).not.toMatch(/\.$|^[A-Z][a-z]/);
	}
});
