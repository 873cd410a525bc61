import { mongoFault, readMongo } from "../../../adapters/mongo/address";

describe("an address of MongoDB", () => {
	it.each([
		["mongodb://localhost", ["localhost"], null, false],
		["mongodb://localhost/", ["localhost"], null, false],
		["mongodb://a:1,b:2/vpn?replicaSet=rs0", ["a:1", "b:2"], "vpn", false],
		["mongodb://ann:p%40%3A@a/vpn?ssl=true", ["a"], "vpn", true],
		["mongodb+srv://ann:p@cluster.example.com/vpn", ["cluster.example.com"], "vpn", true],
		["mongodb+srv://cluster.example.com/?tls=false", ["cluster.example.com"], null, false],
		["mongodb://[::1]:27017/a-b", ["[::1]:27017"], "a-b", false],
		["mongodb://%2Ftmp%2Fmongodb.sock", ["%2Ftmp%2Fmongodb.sock"], null, false]
	])("%s", (url, hosts, database, isTls) => {
		expect(readMongo(url)).toMatchObject({ url, hosts, database, isTls });
	});

	it.each([
		"",
		"mongodb://",
		"http://localhost",
		"mongodb:localhost",
		"mongodb://a b",
		"mongodb://ann:50%@a",
		"mongodb://ann:p@ss@a",
		"mongodb://a/b.c",
		"mongodb://a/b/c",
		"mongodb://a/$x",
		`mongodb://a/${"x".repeat(64)}`
	])("'%s' is none", url => {
		expect(readMongo(url)).toBeUndefined();
	});

	it("says how its servers belong together, or that one of them is to be asked", () => {
		const isWhole = (url: string): boolean | undefined => readMongo(url)?.isWhole;
		expect(isWhole("mongodb://a")).toBe(false);
		for (const url of [
			"mongodb://a?replicaSet=x",
			"mongodb://a,b",
			"mongodb+srv://a",
			"mongodb://a/?directConnection=true"
		])
			expect(isWhole(url)).toBe(true);
	});

	it("may lead over a network with TLS and a login alone, and shows no password", () => {
		const faultOf = (url: string): string | undefined => mongoFault(readMongo(url) as never);
		for (const url of [
			"mongodb://localhost",
			"mongodb://127.0.0.1:1,[::1]",
			"mongodb://%2Ftmp%2Fm.sock",
			"mongodb://u:p@a?tls=true",
			"mongodb+srv://u:p@a"
		])
			expect(faultOf(url)).toBeUndefined();
		expect(faultOf("mongodb://u:secret@a,localhost")).toMatch(
			/^MONGODB_URL leads over a network \(a\) without TLS \(tls=true\): (?!.*secret)/
		);
		expect(faultOf("mongodb://u@a?tls=true")).toMatch(/without a user and a password/);
		expect(faultOf("mongodb://localhost.example.com")).toMatch(/and without/);
	});
});
