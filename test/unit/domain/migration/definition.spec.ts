import fc from "fast-check";
import { type KnownSystems, readDefinition } from "../../../../domain/migration/definition";
import { MAPPINGS } from "../../../../domain/migration/mappings";
import { resolveReferences, type Variables } from "../../../../domain/migration/references";
import { knownSystems, SYSTEMS } from "../../../../mixins/systems";
import { BAD_DEFINITIONS, GOOD } from "../../../support/bad-definitions";

const known: KnownSystems = {
	source: {
		marzneshin: {
			url: { description: "the panel's address", type: "string", required: true },
			authAlgorithm: { description: "how keys become accounts", type: "enum", values: ["auto", "xxh128", "plain"] },
			rateLimit: { description: "requests a second", type: "number" }
		}
	},
	target: { marzban: { url: { description: "the panel's address", type: "string", required: true } } },
	mappings: MAPPINGS.map(({ spec }) => spec)
};
const own = (value: Variables["value"]): Variables => ({ value, allows: null });
const good = `name: panel
source: { connector: marzneshin, url: "\${SOURCE}" }
target:
  connector: marzban
  url: http://127.0.0.1:8100
`;
const problemsOf = (text: string) => {
	const read = readDefinition(text, known);
	return read.ok ? [] : read.problems.map(({ line, path, message }) => `${line} ${path}: ${message}`);
};

describe("a definition", () => {
	it("has its defaults filled in, also the nested ones", () => {
		const read = readDefinition(good, known);
		expect(read).toMatchObject({
			ok: true,
			definition: {
				streams: ["admins", "users"],
				conflict: "skip",
				rules: { inboundTags: {}, resettingPlans: "full" },
				batch: { records: 100, bytes: 300_000 }
			}
		});
	});

	it("is the same definition in JSON, with spaces or in another order", () => {
		const yaml = readDefinition(good, known);
		const target = { url: "http://127.0.0.1:8100", connector: "marzban" };
		const json = JSON.stringify({ target, source: { url: "${SOURCE}", connector: "marzneshin" }, name: "panel" });
		expect(readDefinition(json, known)).toMatchObject({ hash: (yaml as { hash: string }).hash });
	});

	it.each([
		[
			"an unknown option",
			good.replace("name: panel", "name: panel\nconflicts: skip"),
			/^2 conflicts: There is no option/
		],
		[
			"a stream named twice",
			`${good}streams:\n  - admins\n  - users\n  - admins\n`,
			/^9 streams.2: 'admins' is named twice/
		],
		[
			"an unknown loss",
			`${good}accept: [renamed, rename]\n`,
			/^6 accept.1: There is no loss 'rename'\. Did you mean 'renamed'\? Known are: /
		],
		[
			"an unknown option, nested",
			`${good}rules:\n  resetingPlans: full\n`,
			/^7 rules.resetingPlans: There is no option/
		],
		[
			"a value outside its list",
			`${good}conflict: never\n`,
			/^6 conflict: .*'skip', 'overwrite', 'fail'|^6 conflict: /
		],
		["a wrong type", `${good}batch: { records: many }\n`, /^6 batch.records: .*number/],
		["a missing part", "name: panel\nsource: { connector: marzneshin, url: x }\n", /target' is missing: it is a table/],
		[
			"a connector that does not exist",
			good.replace("marzban", "marzbann"),
			/^4 target.connector: There is no target connector/
		],
		[
			"an option its connector does not know",
			`${good}  pasword: x\n`,
			/^6 target.pasword: There is no option 'pasword'/
		],
		[
			"an option of the wrong type",
			good.replace('"${SOURCE}" }', "x, rateLimit: fast }"),
			/source.rateLimit: 'rateLimit' is a number/
		],
		[
			"an option outside its list",
			good.replace('"${SOURCE}" }', "x, authAlgorithm: md5 }"),
			/'authAlgorithm' is one of auto, xxh128, plain/
		],
		["a missing option", good.replace("  url: http://127.0.0.1:8100\n", ""), /target: 'url' is missing/],
		["a name that is no name", good.replace("name: panel", "name: Panel One"), /^1 name: /],
		["broken YAML", `${good}  : [`, /^\d+ : /],
		["an empty file", "", /It is empty/]
	])("with %s is refused by line and path", (_, text, expected) => {
		expect(problemsOf(text).join("\n")).toMatch(expected);
	});
});

describe("a reference to the environment", () => {
	it("is filled in, also within a text", () => {
		const resolved = resolveReferences(
			{ connector: "x", url: "http://${HOST}:80" },
			own(name => (name === "HOST" ? "panel" : undefined))
		);
		expect(resolved).toEqual({ ok: true, connection: { connector: "x", url: "http://panel:80" } });
	});

	it("that is not set is named with its option", () => {
		const resolved = resolveReferences(
			{ connector: "x", password: "${PASS}" },
			own(() => undefined)
		);
		expect(resolved).toMatchObject({ ok: false, unfilled: [{ option: "password", name: "PASS" }] });
	});

	const environment: Readonly<Record<string, string>> = { SET: "value", EMPTY: "" };
	const filled = (text: string) =>
		resolveReferences(
			{ connector: "x", headers: { one: text } },
			own(name => environment[name])
		);

	it.each([
		["${SET}", "value"],
		["a${SET}b${SET}", "avaluebvalue"],
		["${SET:-other}", "value"],
		["${SET-other}", "value"],
		["${EMPTY:-other}", "other"],
		["${EMPTY-other}", ""],
		["${UNSET:-other}", "other"],
		["${UNSET-other}", "other"],
		["${UNSET:-}", ""],
		["${UNSET:-http://a:1/-x y}", "http://a:1/-x y"],
		["$${SET}", "${SET}"],
		["$$${SET}", "$${SET}"],
		["a$SET b$$c $", "a$SET b$$c $"]
	])("%s comes to '%s'", (text, expected) => {
		expect(filled(text)).toEqual({ ok: true, connection: { connector: "x", headers: { one: expected } } });
	});

	it.each([
		["${UNSET}", /variable UNSET \(for 'headers\.one'\) is not set/],
		["${EMPTY}", /variable EMPTY \(for 'headers\.one'\) is set, but empty/],
		["${SET", /without its \}/],
		["${SET:+x}", /names no variable/],
		["${SET:-${SET}}", /within the default of another/]
	])("%s is refused", (text, expected) => {
		const resolved = filled(text);
		expect(resolved.ok ? "" : resolved.unfilled.map(({ problem }) => problem).join()).toMatch(expected);
	});
});

describe("a definition that is wrong", () => {
	const real = knownSystems(SYSTEMS);

	it("differs from one that is right", () => {
		expect(readDefinition(GOOD, real)).toMatchObject({ ok: true });
	});

	it.each(BAD_DEFINITIONS.map(each => [each.wrong, each] as const))(
		"with %s is refused in its place, in words",
		(_, { text, says }) => {
			const read = readDefinition(text, real);
			const told = read.ok
				? []
				: read.problems.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`);
			expect(told[0]).toMatch(says);
			for (const one of told) expect(one).toMatch(/[.?]$/);
		}
	);

	it("reads anything within a few seconds, and never breaks", () => {
		const words = [
			"a",
			": ",
			"\n",
			"  ",
			"- ",
			"[",
			"]",
			"{",
			"}",
			",",
			"&a ",
			"*a",
			"<<",
			"!t ",
			"'",
			'"',
			"|",
			"${A}",
			"\t",
			"#",
			"\ufeff",
			"---\n",
			"? "
		];
		fc.assert(
			fc.property(fc.array(fc.constantFrom(...words), { maxLength: 60 }), parts => {
				const read = readDefinition(`${GOOD}${parts.join("")}`, real);
				for (const { line, column } of read.ok ? [] : read.problems) expect(Math.min(line, column)).toBeGreaterThan(0);
			})
		);
	});
});

describe("what a definition may say by YAML's own means", () => {
	it("anchors, aliases and merges: own keys win, of merged ones the first", () => {
		const text = `name: panel
source: &panel
  connector: marzneshin
  url: http://a
target:
  url: http://b
  <<: [{ connector: marzban }, *panel]
`;
		expect(readDefinition(text, known)).toMatchObject({
			ok: true,
			definition: { target: { connector: "marzban", url: "http://b" } }
		});
	});

	it("a byte order mark, Windows lines, a directive's end", () => {
		const text = `\ufeff---\r\n${good.replaceAll("\n", "\r\n")}...\r\n`;
		expect(readDefinition(text, known)).toMatchObject({ ok: true });
	});

	it("a fault in a merged table is told where it is written", () => {
		const text = `name: panel
source: &panel { connector: marzneshin, url: "\${A", authAlgorithm: auto }
target: { <<: *panel, connector: marzban }
`;
		expect(problemsOf(text)).toEqual(
			expect.arrayContaining([
				expect.stringMatching(/^2 source\.url: /),
				expect.stringMatching(/^2 target\.authAlgorithm: /)
			])
		);
	});
});
