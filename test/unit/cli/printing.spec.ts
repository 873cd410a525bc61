import type { Customers } from "../../../domain/migration/vocabulary";

/** Row 14: whatever an answer holds, what is printed for people steers no terminal and forges no line. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { customersCsv } from "../../../cli/customers";
import { progressOn } from "../../../cli/progress";
import { htmlReport } from "../../../cli/report";
import { marked } from "../../../cli/terminal/marks";
import { type Paper, PLAIN } from "../../../cli/terminal/paper";
import { type Output, Screen } from "../../../cli/terminal/screen";
import { differenceText } from "../../../cli/text/difference";
import { listText } from "../../../cli/text/list";
import { planText } from "../../../cli/text/plan";
import { fewText, statusText } from "../../../cli/text/status";
import { banner } from "../../../cluster/banner";
import { readable } from "../../../cluster/readable";
import { type DifferenceLine, PHASES, type Plan, type Status } from "../../../contracts/migration/migration";
import type { ReportLine } from "../../../contracts/migration/records";
import { gaugesOf } from "../../../domain/migration/gauges";
import { VOCABULARY } from "../../../domain/migration/mappings";
import { expose } from "../../../domain/platform/exposition";
import { problemOf } from "../../../domain/platform/problem";
import { CORPUS, steeringIn, withoutOurs } from "../../support/hostile";
import { sample } from "../../support/samples";

const ROOT = join(__dirname, "..", "..", "..");

/** What a terminal of eighty columns, or a file, was given. */
const CUSTOMERS = VOCABULARY.customers as Customers;

function written(act: (screen: Screen, paper: Paper) => void, isTTY: boolean): string {
	let text = "";
	const out: Output = { isTTY, columns: 80, rows: 50, write: more => (text += more) };
	// Colours, whatever this process' own output is.
	const colours = Object.assign(new PassThrough(), {
		isTTY: true,
		getColorDepth: () => 4
	}) as unknown as NodeJS.WriteStream;
	const paint: Paper["paint"] = (style, said) => marked(style, said, colours);
	act(new Screen(out, out), isTTY ? { ...PLAIN, width: 80, paint } : PLAIN);
	return text;
}

type Print = (text: string) => (screen: Screen, paper: Paper) => void;
const statusOf = (text: string, changes: Partial<Status> = {}): Status => ({
	...sample<Status>("migration.status", () => text),
	...changes
});

/** Every way of the command to say something that is somebody else's. */
const WAYS: Readonly<Record<string, Print>> = {
	"a plan": text => (screen, paper) =>
		screen.print(
			planText(
				sample<Plan>("migration.plan", () => text),
				paper,
				{ file: text, url: text }
			)
		),
	"all migrations": text => (screen, paper) => screen.print(listText([statusOf(text)], paper, 0)),
	"a few": text => (screen, paper) => screen.print(fewText(statusOf(text), paper, { file: text })),
	"a difference": text => screen => screen.print(differenceText(sample<DifferenceLine>("DifferenceLine", () => text))),
	progress: text => screen => {
		const progress = progressOn(screen, (_, said) => said, { now: () => 0 });
		progress.show(statusOf(text, { phase: "copying" }));
	},
	...Object.fromEntries(
		PHASES.flatMap(phase =>
			[true, false].map((running): [string, Print] => [
				`a status, ${phase}${running ? " and running" : ""}`,
				text => (screen, paper) =>
					screen.print(statusText(statusOf(text, { phase, running }), paper, { file: text, url: text, holder: text }))
			])
		)
	)
};

describe.each(Object.entries(WAYS))("%s", (_, print) => {
	it("steers no terminal, but for colours of our own", () => {
		for (const text of CORPUS) {
			const raw = written(print(text), true);
			expect([text.slice(0, 40), steeringIn(withoutOurs(raw))]).toEqual([text.slice(0, 40), []]);
			// A name with our own colours in it has none.
			expect(written(print("\u001b[32m✓ Done\u001b[39m"), true)).not.toContain("\u001b[32m✓ Done");
		}
	});

	it("has a line for what it says, and none that somebody else wrote", () => {
		const lines = (text: string): number => written(print(text), false).split("\n").length;
		// One that has blanks in it, as they have.
		for (const text of CORPUS) expect([text.slice(0, 40), lines(text)]).toEqual([text.slice(0, 40), lines("a b")]);
	});
});

it("a log that people read has a line for each", () => {
	for (const text of CORPUS) {
		const json = JSON.stringify({
			level: "warn",
			time: text,
			msg: text,
			svc: text,
			correlationId: text,
			err: { message: "e" }
		});
		expect(steeringIn(readable(json, (_, word) => word) ?? "", "")).toEqual([]);
	}
	expect(banner({ version: "1", node: "n", address: null, keyFile: null, dataDir: "d", services: [] })).toContain("n");
});

it("problem details say what is wrong in text that steers nothing", () => {
	for (const text of CORPUS) {
		const error = {
			name: "MoleculerError",
			message: text,
			type: "DEFINITION_INVALID",
			code: 422,
			data: { problems: [{ path: text, message: text, line: 1, column: 1 }] }
		};
		const { detail, errors } = problemOf(error, "id");
		expect(steeringIn(detail)).toEqual([]);
		for (const { field, message } of errors ?? []) expect(steeringIn(field + message)).toEqual([]);
	}
});

it("metrics have a line for each sample, whatever a label holds", () => {
	const count = (text: string): number =>
		expose([{ node: text, metrics: gaugesOf([statusOf(text)]) }]).split("\n").length;
	for (const text of CORPUS) expect([text.slice(0, 40), count(text)]).toEqual([text.slice(0, 40), count("x")]);
});

async function* these<T>(...all: T[]): AsyncGenerator<T> {
	yield* all;
}

it("a table for a spreadsheet has a row for each, and no formula", async () => {
	for (const text of CORPUS) {
		const line = { ...sample<ReportLine>("ReportLine", () => text), stream: "users", outcome: "skipped" as const };
		let csv = "";
		for await (const part of customersCsv(these(line), CUSTOMERS, VOCABULARY)) csv += part;
		const cells = [...csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)].map(
			([, quoted, plain]) => quoted ?? plain
		);
		expect([text.slice(0, 40), cells.length]).toEqual([text.slice(0, 40), 8]);
		for (const cell of cells) expect(cell).not.toMatch(/^\s*[=+\-@|%＝]|^[\t\r\n]/);
	}
});

it("the page has no element but its own, whatever an answer holds where", async () => {
	const tags = async (text: string): Promise<string[]> => {
		const evil = text as never;
		const status = statusOf(text, { phase: "rolled-back" });
		// What should be a number may be anything to whoever looks at it late.
		const streams = status.streams.map(stream => ({ ...stream, extra: evil, read: evil, restored: 2 }));
		const lines = these(sample<ReportLine>("ReportLine", () => text));
		const differences = these(sample<DifferenceLine>("DifferenceLine", () => text));
		let page = "";
		for await (const part of htmlReport({
			status: { ...status, streams },
			lines,
			differences,
			server: null,
			words: VOCABULARY
		}))
			page += part;
		expect(steeringIn(page, "\n\t\u2028\u2029")).toEqual([]);
		return page.match(/<[a-z!/][^\s>]*/gi) ?? [];
	};
	const own = await tags("x");
	for (const text of CORPUS) expect([text.slice(0, 40), await tags(text)]).toEqual([text.slice(0, 40), own]);
});

/** Each file of a folder, with its text. */
const files = (folder: string): [string, string][] =>
	readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
		.filter(name => name.endsWith(".ts"))
		.map(name => [`${folder}/${name}`, readFileSync(join(ROOT, folder, name), "utf8")]);

describe("one writer, and one escaping a medium", () => {
	it.each<[string, RegExp, string[], string[]]>([
		[
			"writes to a stream of the process",
			/process\.(stdout|stderr)\.write|console\.|createWriteStream\(1/,
			["cli"],
			["cli/command.ts", "cli/terminal/ask.ts"]
		],
		["prints JSON of its own", /JSON\.stringify/, ["cli"], ["cli/request.ts", "cli/report/groups.ts"]],
		["escapes markup", /&lt;|&amp;/, ["cli", "domain", "services", "cluster"], ["domain/text/html.ts"]],
		["quotes cells", /replaceAll\('"', '""'\)/, ["cli", "domain", "services", "cluster"], ["domain/text/csv.ts"]],
		[
			"shows what steers by its number",
			/\\u202e|\\u202a|stripVT/,
			["cli", "domain", "services", "cluster"],
			["domain/text/visible.ts"]
		]
	])("no other file %s", (_, what, folders, allowed) => {
		const found = folders.flatMap(files).filter(([, text]) => what.test(text));
		expect(found.map(([name]) => name).filter(name => !allowed.includes(name))).toEqual([]);
	});
});
