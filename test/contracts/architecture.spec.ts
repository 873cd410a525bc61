/** The arrows of the architecture hold, and each rule fires on a planted violation. */

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const ROOT = join(__dirname, "..", "..");
const FOLDERS = [
	"adapters",
	"cli",
	"cluster",
	"connectors",
	"contracts",
	"demo",
	"domain",
	"local",
	"mixins",
	"monitoring",
	"services"
];

type Files = Readonly<Record<string, string>>;

/** The rules broken by each of some small sets of files, by name: all of them stand in one tree, for one look at it. */
function broken(sets: readonly Files[]): string[][] {
	const tree = mkdtempSync(join(tmpdir(), "banyan-rules-"));
	try {
		for (const file of [".dependency-cruiser.cjs", "tsconfig.json"]) cpSync(join(ROOT, file), join(tree, file));
		symlinkSync(join(ROOT, "node_modules"), join(tree, "node_modules"));
		const marked = sets.map((files, nth) =>
			Object.entries(files).map(([file, text]) => [mark(file, nth), mark(text, nth)] as const)
		);
		for (const [file, text] of marked.flat()) {
			mkdirSync(dirname(join(tree, file)), { recursive: true });
			writeFileSync(join(tree, file), text);
		}
		const { violations } = look(tree);
		return marked.map(files => {
			const own = new Set(files.map(([file]) => file));
			return [...new Set(violations.filter(({ from }) => own.has(from)).map(({ rule }) => rule.name))].sort();
		});
	} finally {
		rmSync(tree, { recursive: true });
	}
}

/** `a` and `b` of one set are no other's. */
const mark = (text: string, nth: number): string => text.replace(/\/([ab])(?=[."])/g, `/$1${nth}`);

interface Looked {
	readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[];
}

function look(tree: string): Looked {
	const args = [
		join(ROOT, "node_modules/.bin/depcruise"),
		...FOLDERS.filter(folder => existsSync(join(tree, folder))),
		"--output-type",
		"json"
	];
	const { stdout } = spawnSync(process.execPath, args, { cwd: tree, encoding: "utf8", maxBuffer: 1e8 });
	return (JSON.parse(stdout) as { summary: Looked }).summary;
}

const empty = "export const x = 1;\n";
const importing = (path: string) => `import * as y from "${path}";\nexport const z = y;\n`;

const PLANTED: readonly (readonly [rule: string, files: Files])[] = [
	["no-circular", { "domain/a.ts": importing("./b"), "domain/b.ts": importing("./a") }],
	["contracts-stand-alone", { "contracts/a.ts": importing("../domain/b"), "domain/b.ts": empty }],
	["monitoring-is-apart", { "local/a.ts": importing("../monitoring/b"), "monitoring/b.ts": empty }],
	["monitoring-stands-alone", { "monitoring/a.ts": importing("../contracts/b"), "contracts/b.ts": empty }],
	["domain-is-pure", { "domain/a.ts": importing("node:fs") }],
	["domain-knows-words-only", { "domain/a.ts": importing("../connectors/b"), "connectors/b.ts": empty }],
	["domain-knows-words-only", { "domain/a.ts": importing("undici") }],
	["ends-and-parts-below-services", { "connectors/a.ts": importing("../cluster/b"), "cluster/b.ts": empty }],
	["ends-and-parts-below-services", { "adapters/a.ts": importing("moleculer") }],
	["mixins-below-services", { "mixins/a.ts": importing("../services/b"), "services/b.ts": empty }],
	["services-talk-by-wire", { "services/a.service.ts": importing("./b.service"), "services/b.service.ts": empty }],
	["faces-know-contracts-only", { "cli/a.ts": importing("../node"), "node.ts": empty }],
	["faces-know-contracts-only", { "cli/commands/a.ts": importing("../../adapters/b"), "adapters/b.ts": empty }],
	[
		"contracts-stay-in-their-area",
		{ "contracts/migration/a.ts": importing("../platform/b"), "contracts/platform/b.ts": empty }
	],
	["areas-keep-to-themselves", { "domain/platform/a.ts": importing("../migration/b"), "domain/migration/b.ts": empty }],
	[
		"areas-keep-to-themselves",
		{ "services/migration/a.ts": importing("../../domain/platform/b"), "domain/platform/b.ts": empty }
	],
	[
		"areas-keep-to-themselves",
		{ "services/platform/a.ts": importing("../migration/b"), "services/migration/b.ts": empty }
	],
	[
		"the-gateway-knows-no-service",
		{ "services/platform/gateway/a.ts": importing("../../../contracts/migration/b"), "contracts/migration/b.ts": empty }
	],
	[
		"the-gateway-knows-no-service",
		{ "domain/platform/a.ts": importing("../../contracts/migration/b"), "contracts/migration/b.ts": empty }
	],
	[
		"the-pipeline-knows-no-system",
		{ "domain/migration/a.ts": importing("./some-to-other/b"), "domain/migration/some-to-other/b.ts": empty }
	],
	[
		"the-pipeline-knows-no-system",
		{ "services/migration/a.ts": importing("../../connectors/some/b"), "connectors/some/b.ts": empty }
	],
	["demo-is-apart", { "services/a.ts": importing("../demo/b"), "demo/b.ts": empty }],
	["local-is-apart", { "services/a.ts": importing("../local/b"), "local/b.ts": empty }],
	["local-meets-processes", { "local/a.ts": importing("../services/b"), "services/b.ts": empty }],
	["one-door-to-decorators", { "services/a.ts": importing("moleculer-decorators") }]
];
/** What passes. */
const EXCEPTIONS: readonly Files[] = [
	{ "cli/embedded.ts": importing("../node"), "node.ts": empty },
	{ "connectors/index.ts": importing("./some/b"), "connectors/some/b.ts": empty },
	{ "services/migration/a.ts": importing("../../connectors/http/b"), "connectors/http/b.ts": empty },
	{ "services/commerce/a.ts": importing("../../contracts/migration/b"), "contracts/migration/b.ts": empty },
	{ "domain/platform/a.ts": importing("../text/b"), "domain/text/b.ts": empty }
];

describe("the architecture", () => {
	let found: string[][];
	beforeAll(() => {
		found = broken([...PLANTED.map(([, files]) => files), ...EXCEPTIONS]);
	});

	it.each(PLANTED.map(([rule], nth) => [rule, nth] as const))("%s fires on a planted violation (%i)", (rule, nth) => {
		expect(found[nth]).toEqual([rule]);
	});

	it.each(EXCEPTIONS)("lets %o pass", files => {
		expect(found[PLANTED.length + EXCEPTIONS.indexOf(files)]).toEqual([]);
	});
});
