import { isIP } from "node:net";
import fc from "fast-check";
import proxyaddr from "proxy-addr";
import { clientAddress, clientScheme, type Hops, networkOf } from "../../../domain/client-address";

const trusting = (...networks: string[]) => {
	const trusts = proxyaddr.compile(networks);
	return (hops: Hops): string =>
		clientAddress(
			hops,
			text => isIP(text) > 0,
			address => trusts(address, 0)
		);
};
const client = trusting("10.0.0.0/8", "fd00::/8");
const PROXY = "10.0.0.1";

describe("the client's address", () => {
	it.each<[string, Hops, string]>([
		["nobody trusted said anything", { peer: "8.8.8.8" }, "8.8.8.8"],
		["an untrusted peer's words do not count", { peer: "9.9.9.9", forwardedFor: "1.1.1.1, 8.8.8.8" }, "9.9.9.9"],
		["nor in the other header", { peer: "9.9.9.9", forwarded: "for=1.1.1.1" }, "9.9.9.9"],
		["the rightmost that is not ours", { peer: PROXY, forwardedFor: "1.1.1.1, 8.8.8.8" }, "8.8.8.8"],
		["behind several of ours", { peer: PROXY, forwardedFor: "1.1.1.1, 8.8.8.8, 10.1.1.1, 10.2.2.2" }, "8.8.8.8"],
		["all of them ours", { peer: PROXY, forwardedFor: "10.3.3.3, 10.2.2.2" }, "10.3.3.3"],
		["without blanks", { peer: PROXY, forwardedFor: "1.1.1.1,8.8.8.8" }, "8.8.8.8"],
		["with many", { peer: PROXY, forwardedFor: "1.1.1.1 ,\t 8.8.8.8  " }, "8.8.8.8"],
		["with a port", { peer: PROXY, forwardedFor: "8.8.8.8:4711" }, "8.8.8.8"],
		["IPv6", { peer: PROXY, forwardedFor: "2001:db8::7" }, "2001:db8::7"],
		["IPv6 in brackets", { peer: PROXY, forwardedFor: "[2001:db8::7]" }, "2001:db8::7"],
		["IPv6 with a port", { peer: PROXY, forwardedFor: "[2001:db8::7]:4711" }, "2001:db8::7"],
		["IPv6 with a zone", { peer: PROXY, forwardedFor: "fe80::1%eth0" }, "fe80::1"],
		["a proxy of ours by IPv6", { peer: "fd00::1", forwardedFor: "8.8.8.8" }, "8.8.8.8"],
		["a proxy of ours, IPv4 in IPv6", { peer: "::ffff:10.0.0.1", forwardedFor: "8.8.8.8" }, "8.8.8.8"],
		["a client, IPv4 in IPv6", { peer: "::ffff:8.8.8.8" }, "8.8.8.8"],
		["said as IPv4 in IPv6", { peer: PROXY, forwardedFor: "::ffff:8.8.8.8" }, "8.8.8.8"],
		["the same in hexadecimal", { peer: PROXY, forwardedFor: "::ffff:808:808" }, "8.8.8.8"],
		["Forwarded", { peer: PROXY, forwarded: "for=8.8.8.8;proto=https;by=10.0.0.1" }, "8.8.8.8"],
		["Forwarded, quoted IPv6", { peer: PROXY, forwarded: 'For="[2001:db8:cafe::17]:4711"' }, "2001:db8:cafe::17"],
		["Forwarded, several", { peer: PROXY, forwarded: "for=1.1.1.1, for=8.8.8.8 , for=10.1.1.1" }, "8.8.8.8"],
		["Forwarded, for not first", { peer: PROXY, forwarded: "proto=https; for=8.8.8.8" }, "8.8.8.8"],
		["Forwarded, hidden", { peer: PROXY, forwarded: "for=8.8.8.8, for=_hidden" }, PROXY],
		["X-Forwarded-For goes before", { peer: PROXY, forwardedFor: "8.8.8.8", forwarded: "for=1.1.1.1" }, "8.8.8.8"],
		["nothing", { peer: PROXY, forwardedFor: "" }, PROXY],
		["only commas", { peer: PROXY, forwardedFor: ",,," }, PROXY],
		["not an address", { peer: PROXY, forwardedFor: "1.1.1.1, unknown" }, PROXY],
		["not quite an address", { peer: PROXY, forwardedFor: "1.1.1.1, 8.8.8.8.8" }, PROXY],
		["after garbage", { peer: PROXY, forwardedFor: "<script>, 8.8.8.8" }, "8.8.8.8"],
		["the socket is gone", { peer: "" }, ""]
	])("%s", (_, hops, address) => expect(client(hops)).toBe(address));

	it("is looked for no further than twenty hops back", () => {
		const chain = (ours: number): string => ["8.8.8.8", ...Array(ours).fill("10.1.1.1")].join(", ");
		expect(client({ peer: PROXY, forwardedFor: chain(19) })).toBe("8.8.8.8");
		expect(client({ peer: PROXY, forwardedFor: chain(25) })).toBe("10.1.1.1");
	});

	it("is found at once in 64 KiB", () => {
		const long = `${"1.1.1.1, ".repeat(7_300)}8.8.8.8`;
		const blank = `${" ".repeat(65_000)}8.8.8.8`;
		const nearly = `for=${'"'.repeat(65_000)}`;
		const began = performance.now();
		expect(client({ peer: PROXY, forwardedFor: long })).toBe("8.8.8.8");
		expect(client({ peer: PROXY, forwardedFor: blank })).toBe("8.8.8.8");
		expect(client({ peer: PROXY, forwarded: nearly })).toBe(PROXY);
		expect(client({ peer: PROXY, forwarded: ";".repeat(65_000) })).toBe(PROXY);
		expect(client({ peer: PROXY, forwardedFor: "%".repeat(65_000) })).toBe(PROXY);
		expect(performance.now() - began).toBeLessThan(500);
	});

	const untrusted = fc.ipV4().filter(address => !address.startsWith("10."));
	const ours = fc.ipV4().map(address => address.replace(/^\d+/, "10"));

	it("cannot be chosen by who is not trusted, whatever they send", () => {
		fc.assert(
			fc.property(untrusted, fc.string(), fc.string(), (peer, forwardedFor, forwarded) => {
				expect(client({ peer, forwardedFor, forwarded })).toBe(peer);
			})
		);
	});

	it("is what the first proxy of ours saw, whatever stands left of it", () => {
		fc.assert(
			fc.property(fc.string(), untrusted, fc.array(ours, { maxLength: 15 }), (left, seen, chain) => {
				expect(client({ peer: PROXY, forwardedFor: [left, seen, ...chain].join(", ") })).toBe(seen);
				const elements = [seen, ...chain].map(address => `for=${address}`);
				expect(client({ peer: PROXY, forwarded: [left.replaceAll('"', ""), ...elements].join(",") })).toBe(seen);
			})
		);
	});

	it("is always an address", () => {
		const text = fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), fc.constantFrom("[::1", "for=", "for=[", '"', "%", ":80"));
		fc.assert(
			fc.property(fc.array(text), list => {
				expect(isIP(client({ peer: PROXY, forwardedFor: list.join(",") }))).toBeGreaterThan(0);
				expect(isIP(client({ peer: PROXY, forwarded: list.join(";") }))).toBeGreaterThan(0);
			})
		);
	});
});

describe("what one customer holds", () => {
	it.each([
		["8.8.8.8", "8.8.8.8"],
		["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
		["2001:db8:1:2::", "2001:db8:1:2::/64"],
		["2001:0db8:0001:0002::9", "2001:db8:1:2::/64"],
		["2001:DB8::1", "2001:db8:0:0::/64"],
		["::1", "0:0:0:0::/64"],
		["::", "0:0:0:0::/64"]
	])("of %s is %s", (address, network) => expect(networkOf(address)).toBe(network));

	it("is the same for all addresses of a /64, however written", () => {
		const groups = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 4, maxLength: 4 });
		fc.assert(
			fc.property(groups, groups, groups, (network, one, other) => {
				const hex = (parts: number[], width: number) => parts.map(part => part.toString(16).padStart(width, "0"));
				const short = new URL(`http://[${[...hex(network, 1), ...hex(one, 1)].join(":")}]/`).hostname.slice(1, -1);
				expect(networkOf(short)).toBe(networkOf([...hex(network, 4), ...hex(other, 4)].join(":")));
			})
		);
	});
});

describe("how the client came", () => {
	const trusts = proxyaddr.compile(["10.0.0.0/8"]);
	const scheme = (hops: Hops): string =>
		clientScheme(
			hops,
			text => isIP(text) > 0,
			address => trusts(address, 0)
		);
	const TWO = { peer: PROXY, forwardedFor: "8.8.8.8, 10.1.1.1" };
	it.each<[string, Hops, string]>([
		["nobody says", { peer: PROXY }, "http"],
		["a proxy of ours says", { peer: PROXY, forwardedProto: "https" }, "https"],
		["in capitals, between blanks", { peer: PROXY, forwardedProto: " HTTPS " }, "https"],
		["an untrusted peer says", { peer: "9.9.9.9", forwardedProto: "https" }, "http"],
		["two hops, without their addresses", { peer: PROXY, forwardedProto: "https,http" }, "https"],
		["two hops, one address", { peer: PROXY, forwardedFor: "8.8.8.8", forwardedProto: "https, http" }, "https"],
		["two hops, both ours", { ...TWO, forwardedProto: "https,http" }, "https"],
		[
			"the client says before a hop of ours",
			{ peer: PROXY, forwardedFor: "1.1.1.1, 8.8.8.8", forwardedProto: "https,http" },
			"http"
		],
		["one word for two hops", { ...TWO, forwardedProto: "https" }, "https"],
		["a WebSocket's word", { peer: PROXY, forwardedProto: "wss" }, "https"],
		["no scheme", { peer: PROXY, forwardedProto: "gopher" }, "http"],
		["nothing", { peer: PROXY, forwardedProto: "" }, "http"],
		["Forwarded", { peer: PROXY, forwarded: "for=8.8.8.8;proto=https, for=10.1.1.1;proto=http" }, "https"],
		["Forwarded, quoted", { peer: PROXY, forwarded: 'for=8.8.8.8;proto="https"' }, "https"]
	])("%s", (_, hops, expected) => {
		expect(scheme(hops)).toBe(expected);
	});
});
