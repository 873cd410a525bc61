import { atBase, linkAddresses } from "../../../../domain/migration/link-addresses";

const addresses = (link: string, base: string | null, suffix = "", query = "", hosts = "shown") =>
	linkAddresses(link, base, { suffix, query, hosts }).map(({ address, own }) => `${own ? "own" : "shown"} ${address}`);

describe("where a target's subscription is asked for", () => {
	it.each<[string, string, string | null, string[]]>([
		["as the panel says it", "/sub/T", "http://panel", ["own http://panel/sub/T"]],
		[
			"behind the definition's prefix",
			"/sub/T",
			"http://panel/p/q",
			["own http://panel/p/q/sub/T", "own http://panel/sub/T"]
		],
		[
			"with the prefix in it already",
			"/p/sub/T",
			"http://panel/p",
			["own http://panel/p/sub/T", "own http://panel/p/p/sub/T"]
		],
		["without a slash before it", "sub/T", "http://panel", ["own http://panel/sub/T"]],
		[
			"at the panel's own address first",
			"https://shown/sub/T",
			"http://panel",
			["own http://panel/sub/T", "shown https://shown/sub/T"]
		],
		[
			"without the prefix of what customers see",
			"https://shown/vip/sub/T",
			"http://panel",
			["own http://panel/sub/T", "own http://panel/vip/sub/T", "shown https://shown/vip/sub/T"]
		],
		[
			"behind one prefix, shown behind another",
			"https://shown/vip/sub/T",
			"http://panel/p",
			[
				"own http://panel/p/sub/T",
				"own http://panel/sub/T",
				"own http://panel/p/vip/sub/T",
				"own http://panel/vip/sub/T",
				"shown https://shown/vip/sub/T"
			]
		],
		["where both are one", "http://panel/sub/T", "http://panel", ["own http://panel/sub/T"]],
		["as it is shown, where nothing else is known", "https://shown/sub/T", null, ["own https://shown/sub/T"]],
		["nowhere, where neither is known", "/sub/T", null, []]
	])("%s", (_, link, base, expected) => {
		expect(addresses(link, base)).toEqual(expected);
	});

	it("with the format behind the path and every query behind that", () => {
		expect(addresses("/sub/T/?tag=1", "http://panel", "usage", "start=2026-01-01&tag=2")).toEqual([
			"own http://panel/sub/T/usage?tag=1&start=2026-01-01&tag=2"
		]);
		expect(addresses("/sub/T/", "http://panel")).toEqual(["own http://panel/sub/T/"]);
		expect(addresses("/sub/T", "http://panel", "", "a&a=%20")).toEqual(["own http://panel/sub/T?a&a=%20"]);
	});
});

describe("a panel's word leads to the panel, and to hosts that the definition allows", () => {
	const BASE = "http://panel:8000";
	it.each([
		"https://elsewhere/sub/T",
		"http://panel:9000/sub/T",
		"https://panel:8000/sub/T",
		"http://169.254.169.254/sub/T",
		"http://[::1]/sub/T",
		"http://panel:8000@elsewhere/sub/T",
		"http://user:password@panel:8000/sub/T",
		"//elsewhere/sub/T",
		"\\\\elsewhere\\sub\\T",
		"/\\elsewhere/sub/T",
		"///elsewhere/sub/T",
		"@elsewhere/sub/T",
		":80@elsewhere/sub/T",
		"x:@elsewhere/sub/T",
		"x:.elsewhere/sub/T",
		"javascript:@elsewhere/sub/T",
		"data:@elsewhere/sub/T",
		"file:///sub/T",
		"ftp://elsewhere/sub/T",
		"http://shown.elsewhere/sub/T",
		"http://elsewhere/shown/sub/T",
		"https://shown:8443/sub/T",
		`/${"a".repeat(5000)}`,
		"http://",
		"",
		" "
	])("%s", link => {
		for (const base of [BASE, `${BASE}/prefix`])
			for (const { address, own } of linkAddresses(link, base, { query: "a=b", suffix: "info", hosts: "shown" })) {
				expect(own).toBe(true);
				expect(new URL(address)).toMatchObject({ origin: BASE, username: "", password: "" });
			}
		expect(linkAddresses(link, null, { query: "", hosts: "shown" })).toEqual([]);
	});

	it.each<[string, string, boolean]>([
		["shown", "https://shown/sub/T", true],
		["shown", "http://SHOWN/sub/T", true],
		["shown", "https://shown:443/sub/T", true],
		["a, https://shown ,b", "https://shown/sub/T", true],
		["shown:8443", "https://shown:8443/sub/T", true],
		["shown:8443", "https://shown/sub/T", false],
		["shown", "https://shown:8443/sub/T", false],
		["[::1]:80", "http://[::1]/sub/T", true],
		["", "https://shown/sub/T", false],
		["*", "https://shown/sub/T", false],
		["shown.example", "https://shown/sub/T", false],
		["x@shown", "https://elsewhere/sub/T", false]
	])("linkHosts '%s' and %s: %s", (hosts, link, allowed) => {
		const shown = addresses(link, "http://panel", "", "", hosts).filter(each => each.startsWith("shown "));
		expect(shown.length > 0).toBe(allowed);
	});
});

it("an old path is asked behind the source's prefix, then at its root", () => {
	expect(atBase("http://panel", "/sub/a/b?c=d")).toEqual(["http://panel/sub/a/b?c=d"]);
	expect(atBase("http://panel/p", "/sub/a/b")).toEqual(["http://panel/p/sub/a/b", "http://panel/sub/a/b"]);
});
