/** The arrows of the architecture hold, and each rule fires on a planted violation. */

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const ROOT = join(__dirname, "..", "..");
const FOLDERS = ["adapters", "cli", "cluster", "connectors", "contracts", "demo", "domain", "mixins", "services"];

/** The rules broken in a small tree of files, by name. */
function broken(files: Record<string, string>): string[] {
	const tree = mkdtempSync(join(tmpdir(), "banyan-rules-"));
	try {
		for (const file of [".dependency-cruiser.cjs", "tsconfig.json"]) cpSync(join(ROOT, file), join(tree, file));
		symlinkSync(join(ROOT, "node_modules"), join(tree, "node_modules"));
		for (const [file, text] of Object.entries(files)) {
			mkdirSync(dirname(join(tree, file)), { recursive: true });
			writeFileSync(join(tree, file), text);
		}
		const args = [
			join(ROOT, "node_modules/.bin/depcruise"),
			...FOLDERS.filter(folder => existsSync(join(tree, folder))),
			"--output-type",
			"json"
		];
		const options = { cwd: tree, encoding: "utf8", maxBuffer: 1e8, stdio: "pipe" } as const;
		const report = (() => {
			try {
				return execFileSync(process.execPath, args, options);
			} catch (error) {
				return (error as { stdout: string }).stdout;
			}
		})();
		const { summary } = JSON.parse(report) as { summary: { violations: { rule: { name: string } }[] } };
		return [...new Set(summary.violations.map(({ rule }) => rule.name))].sort();
	} finally {
		rmSync(tree, { recursive: true });
	}
}

const empty = "export const x = 1;\n";
const importing = (path: string) => `import * as y from "${path}";\nexport const z = y;\n`;

describe("the architecture", () => {
	it.each<[string, Record<string, string>]>([
		["no-circular", { "domain/a.ts": importing("./b"), "domain/b.ts": importing("./a") }],
		["contracts-stand-alone", { "contracts/a.ts": importing("../domain/b"), "domain/b.ts": empty }],
		["domain-is-pure", { "domain/a.ts": importing("node:fs") }],
		["domain-knows-words-only", { "domain/a.ts": importing("../connectors/b"), "connectors/b.ts": empty }],
		["domain-knows-words-only", { "domain/a.ts": importing("undici") }],
		["ends-and-parts-below-services", { "connectors/a.ts": importing("../cluster/b"), "cluster/b.ts": empty }],
		["ends-and-parts-below-services", { "adapters/a.ts": importing("moleculer") }],
		["mixins-below-services", { "mixins/a.ts": importing("../services/b"), "services/b.ts": empty }],
		["services-talk-by-wire", { "services/a.service.ts": importing("./b.service"), "services/b.service.ts": empty }],
		["faces-know-contracts-only", { "cli/a.ts": importing("../node"), "node.ts": empty }],
		["faces-know-contracts-only", { "cli/commands/a.ts": importing("../../adapters/b"), "adapters/b.ts": empty }],
		["demo-is-apart", { "services/a.ts": importing("../demo/b"), "demo/b.ts": empty }],
		["one-door-to-decorators", { "services/a.ts": importing("moleculer-decorators") }]
	])("%s fires on a planted violation", (rule, files) => {
		expect(broken(files)).toEqual([rule]);
	});

	it("lets the one exception pass", () => {
		expect(broken({ "cli/embedded.ts": importing("../node"), "node.ts": empty })).toEqual([]);
	});
});
