import { reservedFor } from "../../scripts/new/reserved";
import { wordsOf } from "../../scripts/new/words";

const MEMBERS = "name settings broker logger actions events methods started stopped created schema waitForServices";

describe("the name of a new service", () => {
	it.each(["class", "let", "news", "ifs", "await"])("is no word of the language: %s", name => {
		expect(reservedFor(wordsOf("community", name))).toMatch(/ is a word of the language$/);
	});

	it.each(MEMBERS.split(" "))("is no member of every service: %s", name => {
		expect(reservedFor(wordsOf("community", name))).toBe(`'${name}' is a member of every service`);
	});

	it.each(["constructor", "toString", "hasOwnProperty"])("is no member of every object: %s", name => {
		expect(reservedFor(wordsOf("community", name))).toBe(`'${name}' is a member of every object`);
	});

	it.each(["dates", "promises", "answers", "contracts", "examples", "create"])("clashes with nothing: %s", name => {
		expect(reservedFor(wordsOf("community", name))).toMatch(/ is there already$| is a word of what is written/);
	});

	it("is not that of another service's shape", () => {
		expect(reservedFor(wordsOf("community", "notes"), ["Note"])).toBe("the type 'Note' is there already");
	});

	it.each(["notes", "posts", "orders", "tenants", "pluginStore"])("may be a word of one's own: %s", name => {
		expect(reservedFor(wordsOf("community", name), [])).toBeUndefined();
	});
});
