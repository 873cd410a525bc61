import { placeOf } from "../../../services/migration/run/addresses";

const environment = { value: (name: string) => (name === "URL" ? "http://h:1/" : undefined), allows: null };

it.each([
	["an address in two spellings", { url: "http://h:1" }, { url: "${URL}" }, true],
	["two addresses", { url: "http://h:1" }, { url: "http://h:2" }, false],
	["a reference that nobody can fill in", { url: "${UNSET}" }, { url: "${UNSET}" }, true],
	["two files, of systems that have no address", { file: "a" }, { file: "b" }, false],
	["one file", { file: "a", connector: "x" }, { connector: "x", file: "a" }, true]
])("%s: one place or two", (_, left, right, isOne) => {
	expect(placeOf(left, environment) === placeOf(right, environment)).toBe(isOne);
});
