import { type Host, OwnNames, readHost, readOwnName } from "../../../../domain/platform/own-names";

const own = (...names: string[]): OwnNames => new OwnNames(names.map(name => readOwnName(name) as Host));
const asked = (names: OwnNames, host: string, arrivedAt = "127.0.0.1", scheme: "http" | "https" = "http"): boolean => {
	const read = readHost(host);
	return read !== undefined && names.has(read, arrivedAt, scheme);
};

describe("a server asked under a name", () => {
	it.each([
		["localhost", []],
		["localhost:8000", []],
		["LOCALHOST.", []],
		["127.0.0.1:8000", []],
		["[::1]:8000", []],
		["[0:0:0:0:0:0:0:1]", []],
		["banyan.example.com", ["banyan.example.com"]],
		["Banyan.Example.com.", ["banyan.example.com"]],
		["banyan.example.com:8443", ["banyan.example.com"]],
		["banyan.example.com:8443", ["BANYAN.example.com:8443"]],
		["banyan.example.com", ["banyan.example.com:80"]],
		["one.sub.example.com", ["*.sub.example.com"]],
		["198.51.100.7:8000", ["198.51.100.7"]],
		["[2001:DB8:0::1]", ["2001:db8::1"]],
		["[2001:db8::1]:8000", ["[2001:db8::1]:8000"]],
		["gateway:8000", ["gateway"]]
	])("%s answers where %j are its own", (host, names) => {
		expect(asked(own(...names), host)).toBe(true);
	});

	it.each([
		["evil.example", []],
		["evil.example:8000", []],
		["localhost.evil.example", []],
		["127.0.0.1.evil.example", []],
		["127.0.0.2", []],
		["127.1", []],
		["2130706433", []],
		["0.0.0.0", []],
		["[::]", []],
		["169.254.169.254", []],
		["", ["a.example"]],
		["a.example@evil.example", ["a.example"]],
		["a.example:80:80", ["a.example"]],
		["a.example:port", ["a.example"]],
		["a.example/", ["a.example"]],
		["a.example evil.example", ["a.example"]],
		["a.example,evil.example", ["a.example"]],
		["*.example", ["*.example"]],
		["evil-a.example", ["a.example"]],
		["b.a.example", ["a.example"]],
		["sub.example.com", ["*.sub.example.com"]],
		["one.two.sub.example.com", ["*.sub.example.com"]],
		["a.example:8000", ["a.example:8001"]],
		["a.example", ["a.example:8000"]]
	])("%s does not where %j are", (host, names) => {
		expect(asked(own(...names), host)).toBe(false);
	});

	it("answers at the address a request arrives at, as a socket has it", () => {
		expect(asked(own(), "192.0.2.5:8000", "::ffff:192.0.2.5")).toBe(true);
		expect(asked(own(), "[fe80::1]", "fe80::1%eth0")).toBe(true);
		expect(asked(own(), "192.0.2.6", "192.0.2.5")).toBe(false);
	});

	it("takes a port that is not named for that of the scheme", () => {
		expect(asked(own("a.example:443"), "a.example", "127.0.0.1", "https")).toBe(true);
		expect(asked(own("a.example:443"), "a.example")).toBe(false);
	});

	it.each(["", "*", "*.", "a b", "http://a.example", "a.example/x", "*.*.example", "a:b:c", "[::1"])(
		"cannot be called '%s'",
		name => {
			expect(readOwnName(name)).toBeUndefined();
		}
	);
});
