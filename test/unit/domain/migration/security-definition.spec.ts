/** A definition from afar: the time that reading it takes, what of the environment it may name, and where. */

import { sources, targets } from "../../../../connectors";
import { readDefinition } from "../../../../domain/migration/definition";
import { CARRIERS, resolveReferences, type Variables } from "../../../../domain/migration/references";
import { knownSystems, SYSTEMS } from "../../../../mixins/systems";
import { GOOD } from "../../../support/bad-definitions";

const KNOWN = knownSystems(SYSTEMS);

const times = (count: number, text: (index: number) => string): string =>
	Array.from({ length: count }, (_, index) => text(index)).join("");

/** Texts that grow by one thing alone. */
const GROWING: readonly (readonly [what: string, text: (count: number) => string])[] = [
	["unknown options", count => `${GOOD}${times(count, i => `k${i}: 1\n`)}`],
	["unknown options in flow", count => `{${times(count, i => `k${i},`)}}`],
	["unknown options in JSON", count => `{${times(count, i => `"k${i}":1,`)}"z":1}`],
	["options of a connector", count => GOOD.replace("target:\n", `${times(count, i => `  k${i}: 1\n`)}target:\n`)],
	[
		"wrong references in headers",
		count => GOOD.replace("target:\n", `  headers:\n${times(count, i => `    h${i}: \${\n`)}target:\n`)
	],
	["wrong values of a table", count => `${GOOD}rules: { inboundTags: {${times(count, i => `t${i}: 1, `)}} }\n`],
	[
		"keys with dots and brackets",
		count => `${GOOD}rules: { inboundTags: {${times(count, i => `"a.${i}[${i}].b": 1, `)}} }\n`
	],
	["streams", count => `${GOOD}streams: [${times(count, i => `s${i}, `)}]\n`],
	["one stream again and again", count => `${GOOD}streams: [${times(count, () => "users, ")}]\n`],
	["unknown losses", count => `${GOOD}accept: [${times(count, i => `loss${i}, `)}]\n`],
	["a key twice", count => `${GOOD}${times(count, () => "k: 1\n")}`],
	[
		"merges of one table",
		count => `a: &a {${times(50, i => `k${i}: 1, `)}}\nb: {<<: [${times(count, () => "*a, ")}]}\n`
	],
	["anchors in a chain", count => `x0: &x0 [1]\n${times(count, i => `x${i + 1}: &x${i + 1} [*x${i}]\n`)}`],
	["merges in a chain", count => `x0: &x0 {a: 1}\n${times(count, i => `x${i + 1}: &x${i + 1} {<<: *x${i}}\n`)}`],
	["aliases of one anchor", count => `a: &a 1\nb: [${times(count, () => "*a, ")}]\n`],
	["unknown aliases", count => `a: [${times(count, i => `*b${i}, `)}]\n`],
	["unknown tags", count => `a: [${times(count, i => `!t${i} 1, `)}]\n`],
	["tabs", count => times(count, () => "\t- x\n")],
	["quotes", count => times(count, () => "'\n")],
	["lines of nothing", count => `a:\n${"\n".repeat(count * 10)}  b`],
	["blanks in one line", count => `a: ${" ".repeat(count * 10)}b`],
	["comments", count => `${times(count, () => "# c\n")}a: b`],
	["lines of one text", count => `a: >\n${times(count, () => "  x\n")}`],
	["lines of one quoted text", count => `a: "${times(count, () => "  x\n")}"`],
	["one long word", count => `${"x".repeat(count * 10)}: 1`],
	["references", count => `${GOOD}conflict: "${times(count, () => "${A}")}"\n`],
	["brackets", count => "[".repeat(count)],
	["colons", count => ":".repeat(count)],
	["questions", count => "? ".repeat(count)],
	["anchors on anchors", count => `a: ${"&a ".repeat(count)}1`]
];

const timeOf = (text: string): number => {
	const before = process.cpuUsage();
	readDefinition(text, KNOWN, { allows: () => false });
	const { user, system } = process.cpuUsage(before);
	return (user + system) / 1000;
};
/** The better of two: what else the machine does only adds. */
const bestOf = (text: string): number => Math.min(...[1, 2].map(() => timeOf(text)));

const SMALL = 400;
const TIMES = 8;

it.each(GROWING)("%s: the time to read a definition grows with its length, and is short", (_, text) => {
	timeOf(text(SMALL));
	const [small, large] = [bestOf(text(SMALL)), bestOf(text(SMALL * TIMES))];
	// What is quadratic takes 64 times as long; below some ms the clock says nothing.
	expect(large / Math.max(small, 4)).toBeLessThan(3 * TIMES);
	expect(large).toBeLessThan(1_000);
});

it.each(GROWING)("%s: a few problems are told, in short, each with its place", (_, text) => {
	const read = readDefinition(text(SMALL), KNOWN, { allows: () => false });
	const problems = read.ok ? [] : read.problems;
	expect(problems.length).toBeLessThanOrEqual(20);
	for (const { path, message, line, column } of problems) {
		expect(path.length + message.length).toBeLessThan(2_000);
		expect([line > 0, column > 0]).toEqual([true, true]);
	}
});

it("how many more there are is counted", () => {
	const read = readDefinition(`${GOOD}${times(50, i => `k${i}: 1\n`)}`, KNOWN);
	expect(read).toMatchObject({ ok: false, more: 30 });
});

const CLOSED: Variables = {
	value: name => ({ BANYAN_SECRET_PW: "pw-value", PATH: "path-value", BANYAN_SECRET_ODD: "a@evil/" })[name],
	allows: name => name.startsWith("BANYAN_SECRET_")
};
const OPTIONS = [
	...new Set([...Object.values(sources), ...Object.values(targets)].flatMap(({ spec }) => Object.entries(spec.options)))
];

it("every secret of every connector may carry a reference, and nothing else may", () => {
	const secret = OPTIONS.filter(([, { secret }]) => secret).map(([name]) => name);
	expect([...new Set(secret)].sort()).toEqual(Object.keys(CARRIERS).sort());
});

it.each([...new Set(OPTIONS.map(([name]) => name))].filter(name => !Object.hasOwn(CARRIERS, name)))(
	"'%s' carries no reference at a server",
	option => {
		for (const text of ["${BANYAN_SECRET_PW}", "x${BANYAN_SECRET_PW}y", "${BANYAN_SECRET_NOT_SET:-x}", "${PATH}"]) {
			const resolved = resolveReferences({ [option]: text }, CLOSED);
			expect(JSON.stringify(resolved)).not.toMatch(/pw-value|path-value/);
			expect(resolved).toMatchObject({
				ok: false,
				unfilled: [{ option, problem: expect.stringMatching(/fills in none: they stand in password/) }]
			});
		}
	}
);

const SECRET = "${BANYAN_SECRET_PW}";
it.each([
	["proxy", `http://${SECRET}/`],
	["proxy", `http://${SECRET}:3128`],
	["proxy", `http://u:p@${SECRET}`],
	["proxy", `http://u:p@h/${SECRET}`],
	["proxy", `http://u:p@h?${SECRET}`],
	["proxy", `http://evil/?${SECRET}@h`],
	["proxy", `http://evil#${SECRET}@h`],
	["proxy", `http://evil\\${SECRET}@h`],
	["proxy", `http://evil/${SECRET}@h`],
	["proxy", `${SECRET}`],
	["proxy", `${SECRET}://u:p@h`],
	["proxy", `http://u:${SECRET}@a@b`],
	["database", `/srv/${SECRET}`],
	["database", `sqlite:////srv/${SECRET}`],
	["database", `mysql://u:p@${SECRET}/name`],
	["database", `mysql://u:p@h/${SECRET}`],
	["database", `mysql://u:p@h/name?charset=${SECRET}`]
])("'%s' as %s carries its reference where an address says it to others", (option, text) => {
	expect(resolveReferences({ [option]: text }, CLOSED)).toMatchObject({ ok: false, unfilled: [{ option }] });
});

it.each([
	["proxy", `http://u:${SECRET}@h:3128`, "http://u:pw-value@h:3128"],
	["proxy", `http://${SECRET}@h:3128`, "http://pw-value@h:3128"],
	["database", `mysql+pymysql://u:${SECRET}@h/name`, "mysql+pymysql://u:pw-value@h/name"],
	["password", SECRET, "pw-value"],
	["passphrase", `a${SECRET}`, "apw-value"]
])("'%s' as %s is filled in", (option, text, expected) => {
	expect(resolveReferences({ [option]: text }, CLOSED)).toEqual({ ok: true, connection: { [option]: expected } });
});

it("a value that ends a login is filled into none", () => {
	const resolved = resolveReferences({ proxy: "http://u:${BANYAN_SECRET_ODD}@h" }, CLOSED);
	expect(JSON.stringify(resolved)).not.toMatch(/evil/);
	expect(resolved).toMatchObject({ ok: false, unfilled: [{ problem: expect.stringMatching(/end a login/) }] });
});

it("a name that may not be read is refused alike, whether it is set or not", () => {
	const said = ["PATH", "NOT_SET_AT_ALL"].map(name => {
		const resolved = resolveReferences({ headers: { x: `\${${name}:-default}` } }, CLOSED);
		return JSON.stringify(resolved).replaceAll(name, "NAME");
	});
	expect(said[0]).toBe(said[1]);
	expect(said[0]).toMatch(/names NAME, which a definition may not read at this server/);
});

it("a definition that names what it may not is refused with its place", () => {
	const text = GOOD.replace("SOURCE_PASSWORD", "PATH").replace(
		"url: http://127.0.0.1:1",
		"url: http://evil/${TARGET_PASSWORD}"
	);
	const read = readDefinition(text, KNOWN, { allows: name => name === "TARGET_PASSWORD" });
	const said = read.ok ? [] : read.problems.map(({ line, column, path }) => `${line}:${column} ${path}`);
	expect(said).toEqual(["4:8 source.url", "6:13 source.password"]);
});
