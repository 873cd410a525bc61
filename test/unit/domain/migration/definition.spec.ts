import { type KnownConnectors, readDefinition, resolveReferences } from "../../../../domain/migration/definition";

const known: KnownConnectors = {
	source: {
		marzneshin: {
			url: { description: "the panel's address", type: "string", required: true },
			authAlgorithm: { description: "how keys become accounts", type: "enum", values: ["auto", "xxh128", "plain"] },
			rateLimit: { description: "requests a second", type: "number" }
		}
	},
	target: { marzban: { url: { description: "the panel's address", type: "string", required: true } } }
};
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
		["an unknown loss", `${good}accept: [renamed, rename]\n`, /^6 accept.1: There is no loss 'rename'; known are: /],
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
		["a missing part", "name: panel\nsource: { connector: marzneshin, url: x }\n", /target.*required/],
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
		["an empty file", "", /A definition is a table of options/]
	])("with %s is refused by line and path", (_, text, expected) => {
		expect(problemsOf(text).join("\n")).toMatch(expected);
	});
});

describe("a reference to the environment", () => {
	it("is filled in, also within a text", () => {
		const resolved = resolveReferences({ connector: "x", url: "http://${HOST}:80" }, name => ({ HOST: "panel" })[name]);
		expect(resolved).toEqual({ ok: true, connection: { connector: "x", url: "http://panel:80" } });
	});

	it("that is not set is named with its option", () => {
		const resolved = resolveReferences({ connector: "x", password: "${PASS}" }, () => undefined);
		expect(resolved).toEqual({ ok: false, missing: [{ option: "password", name: "PASS" }] });
	});
});
