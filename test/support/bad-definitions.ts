/** Definitions as they go wrong, by kind: each is refused where it is wrong, in words that say what to do. */

export interface BadDefinition {
	readonly wrong: string;
	readonly text: string;
	/** `line:column path: message`, of the first problem. */
	readonly says: RegExp;
	/** One of its kind, for the faces that are slow to try. */
	readonly picked?: true;
}

export const GOOD = `name: panel
source:
  connector: marzneshin
  url: http://127.0.0.1:1
  username: admin
  password: "\${SOURCE_PASSWORD}"
target:
  connector: marzban
  url: http://127.0.0.1:1
  username: admin
  password: "\${TARGET_PASSWORD}"
`;
const source = (line: string): string =>
	GOOD.replace("  connector: marzneshin\n", `  connector: marzneshin\n  ${line}\n`);
const password = (written: string): string => GOOD.replace('"${SOURCE_PASSWORD}"', written);
const bomb = (lines: number): string =>
	["a0: &a0 [x]", ...Array.from({ length: lines }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`)].join(
		"\n"
	);

const texts: readonly BadDefinition[] = [
	{
		wrong: "nothing in it",
		text: "",
		says: /^1:1 : It is empty: a definition names at least a source and a target/,
		picked: true
	},
	{ wrong: "comments alone", text: "# later\n\n# on\n", says: /^1:1 : It is empty/ },
	{ wrong: "a text", text: "panel\n", says: /^1:1 : A definition is a table of options, not 'panel'/ },
	{ wrong: "a list", text: "- name: panel\n", says: /^1:1 : A definition is a table of options, not a list/ },
	{
		wrong: "a tag of another program",
		text: password("!secret marzneshin"),
		says: /^6:13 : The tag '!secret' means nothing here: write \$\{NAME\}/,
		picked: true
	},
	{
		wrong: "a tag for the environment",
		text: password("!ENV X"),
		says: /^6:13 : The tag '!ENV' means nothing here: write \$\{NAME\}/
	},
	{
		wrong: "a tag of YAML 1.1",
		text: password("!!binary aGk="),
		says: /^6:13 : The tag '!!binary' means nothing here/
	},
	{
		wrong: "a tag that does not fit",
		text: source("rateLimit: !!int many"),
		says: /^4:14 : The tag '!!int' means nothing here/
	},
	{
		wrong: "an alias of nothing",
		text: password("*secret"),
		says: /^6:13 : The alias '\*secret' has no '&secret' before it/,
		picked: true
	},
	{
		wrong: "an alias before its anchor",
		text: `accept: *later\n${GOOD}streams: &later [users]\n`,
		says: /^1:9 : The alias '\*later' has no/
	},
	{
		wrong: "an alias of what it stands in",
		text: `${GOOD}rules: &r { inboundTags: *r }\n`,
		says: /^12:26 : The alias '\*r' stands for what it stands in/
	},
	{
		wrong: "aliases without end",
		text: `${GOOD}${bomb(9)}\n`,
		says: /^\d+:\d+ : More than 20000 values by way of its aliases/,
		picked: true
	},
	{ wrong: "a merge of no table", text: source("<<: 3"), says: /^4:3 : '<<' takes a table/ },
	{ wrong: "a merge of itself", text: `${GOOD}rules: &r { <<: *r }\n`, says: /^12:17 : The alias '\*r' stands for/ },
	{ wrong: "a key twice", text: `${GOOD}name: other\n`, says: /^12:1 : 'name' stands there twice/, picked: true },
	{ wrong: "a key twice, in JSON", text: '{"name": "a",\n "name": "b"}', says: /^2:2 : 'name' stands there twice/ },
	{ wrong: "two documents", text: `${GOOD}---\n${GOOD}`, says: /^12:1 : A second document begins here/, picked: true },
	{
		wrong: "a tab",
		text: GOOD.replace("  connector: marzban", "\tconnector: marzban"),
		says: /^8:1 : A tab indents here/
	},
	{
		wrong: "a text that is no UTF-8",
		text: password('"caf\ufffd"'),
		says: /^6:17 : Here is something that is no text in UTF-8/
	},
	{ wrong: "a NUL", text: password("a\0b"), says: /^6:14 : Here is something that is no text/ },
	{ wrong: "a byte order mark and a fault behind it", text: `\ufeff${password("*x")}`, says: /^6:13 : The alias/ },
	{
		wrong: "brackets without end",
		text: "[".repeat(30_000),
		says: /^1:\d+ : This is nested deeper than 30 levels/,
		picked: true
	},
	{ wrong: "lists without end", text: `${"- ".repeat(9_000)}x`, says: /^1:\d+ : This is nested deeper than 30 levels/ },
	{
		wrong: "tables without end, in JSON",
		text: `${'{"a":'.repeat(900)}1${"}".repeat(900)}`,
		says: /^1:\d+ : This is nested deeper/
	},
	{
		wrong: "more than a definition can need",
		text: `a: "${"x".repeat(300_000)}"`,
		says: /^1:1 : It is longer than 262144 characters/
	},
	{
		wrong: "more values than a definition can need",
		text: `a: [${"1,".repeat(30_000)}]`,
		says: /^1:\d+ : (There is too much up to here|More than 20000 values)/
	},
	{ wrong: "a quote that is not closed", text: password('"abc'), says: /^\d+:\d+ : This is not YAML: / },
	{ wrong: "a bracket that is not closed", text: `${GOOD}streams: [users\n`, says: /^\d+:\d+ : / },
	{ wrong: "a colon too many", text: source("x: y: z"), says: /^4:6 : There is one ': ' too many/ },
	{ wrong: "a key that is a table", text: `${GOOD}? {a: b}\n: c\n`, says: /^12:3 : A key is a text/ }
];

const values: readonly BadDefinition[] = [
	{
		wrong: "no target",
		text: GOOD.replace(/target:[\s\S]*/, ""),
		says: /^1:1 target: 'target' is missing: it is a table: connector, url/
	},
	{
		wrong: "an option that is nearly one",
		text: `${GOOD}conflcit: skip\n`,
		says: /^12:1 conflcit: There is no option 'conflcit' here\. Did you mean 'conflict'\?/,
		picked: true
	},
	{
		wrong: "a nested option that is nearly one",
		text: `${GOOD}rules:\n  resetingPlans: full\n`,
		says: /^13:3 rules\.resetingPlans: .* Did you mean 'resettingPlans'\?/
	},
	{
		wrong: "a connector's option that is nearly one",
		text: source("rate_limit: 3"),
		says: /^4:3 source\.rate_limit: .* Did you mean 'rateLimit'\?/
	},
	{
		wrong: "a connector that is nearly one",
		text: GOOD.replace("marzneshin", "marznesin"),
		says: /^3:14 source\.connector: There is no source connector 'marznesin'\. Did you mean 'marzneshin'\?/
	},
	{ wrong: "a word of Object's", text: `${GOOD}constructor: x\n`, says: /^12:1 constructor: There is no option/ },
	{
		wrong: "a word of Object's as connector",
		text: GOOD.replace("connector: marzban", "connector: constructor"),
		says: /^8:14 target\.connector: There is no target connector/
	},
	{
		wrong: "__proto__",
		text: source("__proto__: { url: x }"),
		says: /^4:3 : '__proto__' can be no name here/
	},
	{
		wrong: "a value outside its list",
		text: `${GOOD}conflict: Skipp\n`,
		says: /^12:11 conflict: 'conflict' is one of skip, overwrite, fail, not 'Skipp'\. Did you mean 'skip'\?/,
		picked: true
	},
	{
		wrong: "a connector's value outside its list",
		text: source("authAlgorithm: xxh-128"),
		says: /^4:18 source\.authAlgorithm: 'authAlgorithm' is one of auto, xxh128, plain, not 'xxh-128'\. Did you mean 'xxh128'\?/
	},
	{
		wrong: "a name in capitals",
		text: GOOD.replace("name: panel", "name: Panel One"),
		says: /^1:7 name: 'name' is of lower-case letters a to z, digits and hyphens, at most 63, .*, not 'Panel One'/,
		picked: true
	},
	{ wrong: "a name of more than 63", text: GOOD.replace("panel", "p".repeat(64)), says: /^1:7 name: .*at most 63/ },
	{
		wrong: "a number as name",
		text: GOOD.replace("name: panel", "name: 12"),
		says: /^1:7 name: 'name' is of lower-case .*, not 12/
	},
	{ wrong: "a list for a table", text: `${GOOD}rules: [full]\n`, says: /^12:8 rules: 'rules' is a table, not a list/ },
	{
		wrong: "a text for a connection",
		text: GOOD.replace(/source:[\s\S]*?(?=target)/, "source: http://x\n"),
		says: /^2:9 source: 'source' is a table: connector, url, username and password, not /
	},
	{
		wrong: "a list in a connection",
		text: source("headers: [a, b]"),
		says: /^4:12 source\.headers: 'headers' is a table of names, each with a text, not a list/
	},
	{
		wrong: "a list in a table of headers",
		text: source("headers: { X: [a] }"),
		says: /^4:12 source\.headers: 'headers' is a table of names, each with a text, not a table/
	},
	{
		wrong: "a word for a number",
		text: `${GOOD}batch: { records: many }\n`,
		says: /^12:19 batch\.records: 'batch\.records' is a whole number from 1 to 1000, not 'many'/
	},
	{
		wrong: "a stream of no name",
		text: `${GOOD}streams: [users, ""]\n`,
		says: /^12:18 streams\.1: 'streams\.1' is a text, not ''/
	},
	{
		wrong: "a tag with dots that is no text",
		text: `${GOOD}rules: { inboundTags: { "a.b[0]": 3 } }\n`,
		says: /^12:35 rules\.inboundTags\.a\.b\[0\]: .* is a text, not 3/
	},
	{
		wrong: "a reference where none is filled in",
		text: `${GOOD}conflict: \${CONFLICT}\n`,
		says: /^12:11 conflict: .*\$\{NAME\} is filled in within source and target alone/
	},
	{
		wrong: "an empty password",
		text: password('""'),
		says: /^6:13 source\.password: 'password' is empty: Its password/,
		picked: true
	},
	{ wrong: "a password of blanks", text: password('"  "'), says: /^6:13 source\.password: 'password' is empty/ },
	{
		wrong: "no password behind the colon",
		text: password(""),
		says: /^6:\d+ source\.password: 'password' is empty: Its password/
	},
	{
		wrong: "a number as password",
		text: password("12345"),
		says: /^6:13 source\.password: 'password' is a text, not a number: put it in quotes/
	},
	{
		wrong: "a reference that is not closed",
		text: password('"${SOURCE"'),
		says: /^6:13 source\.password: 'password' has a \$\{ without its \}/,
		picked: true
	},
	{
		wrong: "a reference that names nothing",
		text: password('"pa${ss word}"'),
		says: /^6:13 source\.password: 'password' has a \$\{…\} that names no variable/
	},
	{
		wrong: "a reference within a default",
		text: password('"${A:-${B}}"'),
		says: /^6:13 source\.password: .*within the default of another/
	},
	{
		wrong: "a wrong reference in a header",
		text: source("headers:\n    X: 1\n    Y: ${}"),
		says: /^6:8 source\.headers\.Y: 'headers\.Y' has a \$\{…\} that names no variable/
	}
];

const bounds: readonly BadDefinition[] = (
	[
		["timeoutMs", "2147483648", "a whole number from 100 to 600000", "2147483648"],
		["timeoutMs", "0", "a whole number from 100 to 600000", "0"],
		["timeoutMs", ".inf", "a whole number from 100 to 600000", "Infinity"],
		["timeoutMs", "'5000'", "a whole number from 100 to 600000", "'5000': take the quotes away"],
		["retryBaseMs", "0.5", "a whole number from 1 to 60000", "0.5"],
		["pageSize", "1.5", "a whole number from 1 to 100", "1.5"],
		["pageSize", "101", "a whole number from 1 to 100", "101"],
		["rateLimit", "-1", "a number from 0.1 to 10000, or 0", "-1"],
		["rateLimit", ".nan", "a number from 0.1 to 10000, or 0", "NaN"],
		["rateLimit", "0.001", "a number from 0.1 to 10000, or 0", "0.001"],
		["rateLimit", "'10'", "a number from 0.1 to 10000, or 0", "'10': take the quotes away"],
		["insecure", "yes", "true or false", "'yes'"],
		["insecure", "'true'", "true or false", "'true': take the quotes away"]
	] as const
).map(([option, written, words, shown]) => ({
	wrong: `${option}: ${written}`,
	text: source(`${option}: ${written}`),
	says: new RegExp(
		`^4:${option.length + 5} source\\.${option}: '${option}' is ${words}, not ${shown.replaceAll(".", "\\.")}`
	)
}));

export const BAD_DEFINITIONS: readonly BadDefinition[] = [...texts, ...values, ...bounds];
