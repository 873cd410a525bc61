import { type Read, readProviders, type Surroundings } from "../../../../../domain/platform/oidc/providers";

const NODE: Surroundings = {
	variable: name => ({ SECRET: "s3cret", EMPTY: "" })[name],
	file: path => {
		const text = { secret: "of a file\n", blank: " \n" }[path];
		if (text === undefined) throw Object.assign(new Error("no"), { code: "ENOENT" });
		return text;
	}
};
const GOOD = { name: "example", issuer: "https://id.example.com", clientId: "banyan" };
const read = (...providers: readonly unknown[]): Read => readProviders({ providers }, NODE);
const faultsOf = (found: Read): string => (found.ok ? "" : found.faults.join(" "));
const first = (found: Read) => (found.ok ? found.providers[0] : faultsOf(found));

it("has what is not said by itself", () => {
	expect(first(read(GOOD))).toEqual({
		...GOOD,
		title: "example",
		clientSecret: null,
		scopes: ["openid", "email", "profile"],
		createAccounts: true
	});
});

it.each<[string, object, string | null]>([
	["as it is", { clientSecret: "plain" }, "plain"],
	["of the environment", { clientSecret: `\${SECRET}` }, "s3cret"],
	["of the environment, with more", { clientSecret: `a-\${SECRET}-\${NOT_SET:-b}` }, "a-s3cret-b"],
	["with the signs themselves", { clientSecret: `$\${SECRET}` }, `\${SECRET}`],
	["of a file, without the end of its line", { clientSecretFile: "secret" }, "of a file"],
	["of none: a public client", {}, null]
])("takes a secret %s", (_, given, secret) => {
	expect(first(read({ ...GOOD, ...given }))).toMatchObject({ clientSecret: secret });
});

it.each(["http://localhost:4000", "http://127.0.0.1", "http://[::1]:4000/realm", "https://id.example.com/realms/a"])(
	"takes the issuer %s",
	issuer => {
		expect(first(read({ ...GOOD, issuer }))).toMatchObject({ issuer });
	}
);

it.each<[string, object, string]>([
	["no name", { name: undefined }, "providers[0] has no 'name'."],
	["a name of an address", { name: "a/b" }, "providers[0].name is 1 to 64 small letters, digits and -"],
	["capitals in its name", { name: "Example" }, "providers[0].name is 1 to 64 small letters"],
	["a name that is taken", { name: "links" }, "and not 'links'"],
	["a name as another type", { name: 7 }, "providers[0].name is"],
	["no issuer", { issuer: undefined }, "providers[0] has no 'issuer'."],
	["an issuer that is no address", { issuer: "id.example.com" }, "providers[0].issuer is the address of an issuer"],
	["an issuer over HTTP", { issuer: "http://id.example.com" }, "providers[0].issuer begins with https://"],
	["an issuer of a file", { issuer: "file:///etc/passwd" }, "providers[0].issuer begins with https://"],
	["a query in its issuer", { issuer: "https://id.example.com/?a=b" }, "has no query, no fragment and no login"],
	["a login in its issuer", { issuer: "https://a:b@id.example.com" }, "has no query, no fragment and no login"],
	["an empty title", { title: " " }, "providers[0].title is a text."],
	["no client", { clientId: undefined }, "providers[0] has no 'clientId'."],
	["a client that is a number", { clientId: 7 }, "providers[0].clientId is a text."],
	["scopes as a text", { scopes: "openid email" }, "providers[0].scopes is a list of scopes, `openid` among them."],
	["scopes without openid", { scopes: ["email"] }, "`openid` among them"],
	["two scopes in one", { scopes: ["openid", "email profile"] }, "providers[0].scopes is a list of scopes"],
	["yes for true", { createAccounts: "yes" }, "providers[0].createAccounts is true or false."],
	["a secret twice", { clientSecret: "a", clientSecretFile: "secret" }, "has both clientSecret and clientSecretFile"],
	["a file that is not there", { clientSecretFile: "gone" }, "'gone' cannot be read (ENOENT)."],
	["a file with nothing in it", { clientSecretFile: "blank" }, "'blank' is empty."],
	["an unset variable", { clientSecret: `\${NOT_SET}` }, "the environment variable NOT_SET is not set."],
	["an empty variable", { clientSecret: `\${EMPTY}` }, "the environment variable EMPTY is set, but empty."],
	["a reference without its end", { clientSecret: `\${SECRET` }, "providers[0].clientSecret has a ${ without its }"],
	[
		"a word with a slip",
		{ clientID: "a" },
		"providers[0] has 'clientID', which is nothing here. Did you mean 'clientId'?"
	]
])("says what is wrong with %s, and where", (_, given, words) => {
	const faults = faultsOf(read({ ...GOOD, ...given }));
	expect(faults).toContain(words);
	expect(faults).not.toContain("s3cret");
});

it.each<[string, unknown, string]>([
	["nothing", undefined, "It has one list, `providers`"],
	["a list", [GOOD], "It has one list, `providers`"],
	["a table of providers", { providers: { example: GOOD } }, "It has one list, `providers`"],
	["too many", { providers: Array(51).fill(GOOD) }, "of at most 50"],
	["a text among them", { providers: ["example"] }, "providers[0] is a table"],
	["another word", { providers: [], provider: GOOD }, "It has 'provider', which is nothing here."],
	[
		"one name twice",
		{ providers: [GOOD, { ...GOOD, issuer: "https://b.example" }] },
		"Two providers have the name 'example'"
	],
	[
		"one issuer twice",
		{ providers: [GOOD, { ...GOOD, name: "b" }] },
		"Two providers have the issuer 'https://id.example.com'"
	]
])("says what is wrong with a file of %s", (_, document, words) => {
	expect(faultsOf(readProviders(document, NODE))).toContain(words);
});

it("says all that is wrong at once", () => {
	const found = read({ ...GOOD, name: "A" }, { ...GOOD, clientId: "" });
	expect(found).toMatchObject({
		ok: false,
		faults: [expect.stringContaining("[0].name"), expect.stringContaining("[1].clientId")]
	});
});
