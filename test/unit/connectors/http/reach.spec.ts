/** Which addresses a connection may lead to: every spelling of an internal one, by literal and by name, for every kind of connection. */

import dns from "node:dns";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { ConnectorError } from "../../../../connectors/connector";
import { internalOf } from "../../../../connectors/http/internal";
import { readReach } from "../../../../connectors/http/reach";
import { DIRECT, openWay } from "../../../../connectors/http/way";
import { openDatabase } from "../../../../connectors/sql";

const INTERNAL: Readonly<Record<string, readonly string[]>> = {
	loopback: [
		"127.0.0.1",
		"127.255.255.254",
		"::1",
		"::ffff:127.0.0.1",
		"::ffff:7f00:1",
		"::127.0.0.1",
		"64:ff9b::7f00:1"
	],
	private: [
		"10.0.0.1",
		"172.16.0.1",
		"172.31.255.255",
		"192.168.1.1",
		"100.64.0.1",
		"198.18.0.1",
		"fc00::1",
		"fdff::1",
		"fec0::1",
		"::ffff:10.1.2.3",
		"::ffff:0:10.1.2.3",
		"64:ff9b::10.0.0.1",
		"2002:a00:1::",
		"2001:db8::5efe:10.0.0.1"
	],
	linklocal: [
		"169.254.169.254",
		"169.254.0.1",
		"fe80::1",
		"fe80::1%eth0",
		"::ffff:169.254.169.254",
		"64:ff9b::a9fe:a9fe",
		"2002:a9fe:a9fe::1",
		"fd00:ec2::254",
		"fd20:ce::254",
		"100.100.100.200",
		"168.63.129.16",
		"192.0.0.192"
	],
	special: [
		"0.0.0.0",
		"0.1.2.3",
		"224.0.0.1",
		"239.255.255.255",
		"255.255.255.255",
		"240.0.0.1",
		"192.0.0.1",
		"::",
		"ff02::1",
		"2001::1",
		"64:ff9b:1::1",
		"100::1",
		"no address"
	]
};
const PUBLIC = [
	"1.1.1.1",
	"8.8.8.8",
	"172.32.0.1",
	"100.128.0.1",
	"192.169.0.1",
	"2606:4700::1111",
	"::ffff:1.1.1.1",
	"64:ff9b::1.1.1.1"
];

describe("an address", () => {
	it.each(Object.entries(INTERNAL).flatMap(([kind, all]) => all.map(address => [address, kind])))(
		"%s is %s",
		(address, kind) => {
			expect(internalOf(address)).toBe(kind);
		}
	);
	it.each(PUBLIC)("%s is anybody's", address => {
		expect(internalOf(address)).toBeUndefined();
	});
});

it.each(["loopback, 10.0.0.0/8,panel.lan", "any", "none", "", "fc00::/7", "::1", "PANEL"])("'%s' is a list", text => {
	expect(readReach(text)).toBeDefined();
});
it.each(["10.0.0.0/33", "1.2.3", "http://panel", "a b", "-x", "10.0.0.0/", "*"])("'%s' is none", text => {
	expect(readReach(text)).toBeUndefined();
});

describe("a connection", () => {
	let server: Server;
	let port: number;
	let met = 0;
	beforeAll(async () => {
		server = createServer(socket => {
			met++;
			socket.end("HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
		}).listen(0, "127.0.0.1");
		await once(server, "listening");
		port = (server.address() as AddressInfo).port;
	});
	afterAll(() => server.close());
	beforeEach(() => {
		met = 0;
	});

	const ask = async (origin: string, allow: string, proxy: string | null = null): Promise<unknown> => {
		const reach = readReach(allow) as never;
		const way = openWay(
			{ ...DIRECT, reach, proxy: proxy === null ? null : new URL(proxy) },
			{ timeoutMs: 2_000, connectMs: 2_000, connections: 1 }
		);
		try {
			const { statusCode, body } = await way.request({ origin, path: "/", method: "GET" });
			await body.dump();
			return statusCode;
		} catch (error) {
			return error instanceof ConnectorError ? error.code : (error as { code?: string }).code;
		} finally {
			await way.close();
		}
	};

	// What a URL makes of them is one address.
	it.each([
		"127.0.0.1",
		"localhost",
		"127.1",
		"2130706433",
		"0x7f.1",
		"0177.0.0.1",
		"[::ffff:127.0.0.1]",
		"[::1]",
		"0",
		"[::]"
	])("to %s is refused before anything is sent, with and without TLS, and as a proxy", async host => {
		for (const scheme of ["http", "https"]) {
			const { origin } = new URL(`${scheme}://${host}:${port}`);
			expect(await ask(origin, "none")).toBe("address-refused");
			expect(await ask("http://panel.example", "none", origin)).toBe("address-refused");
		}
		expect(met).toBe(0);
	});

	it.each(["loopback", "any", "127.0.0.0/8", "127.0.0.1"])("is made where '%s' allows it", async allow => {
		expect(await ask(`http://127.0.0.1:${port}`, allow)).toBe(200);
		if (allow !== "127.0.0.1") expect(await ask(`http://localhost:${port}`, `${allow},::1`)).toBe(200);
	});

	it("is made to a name that is allowed, and to no other one of that address", async () => {
		expect(await ask(`http://localhost:${port}`, "localhost")).toBe(200);
		expect(await ask(`http://127.0.0.1:${port}`, "localhost")).toBe("address-refused");
	});

	it("to an address behind an allowed proxy is judged, too", async () => {
		const proxy = `http://127.0.0.1:${port}`;
		expect(await ask("http://10.0.0.1", "loopback", proxy)).toBe("address-refused");
		expect(await ask("https://169.254.169.254", "loopback,private", proxy)).toBe("address-refused");
		expect(await ask("http://localhost", "127.0.0.1", "http://127.0.0.1:1")).toBe("ECONNREFUSED");
		expect(met).toBe(0);
	});

	it("goes where a name leads at that very moment, not where it led when somebody looked", async () => {
		const spy = jest.spyOn(dns, "lookup").mockImplementation(((
			_: string,
			__: object,
			say: (...all: unknown[]) => void
		) => {
			say(null, [{ address: "127.0.0.1", family: 4 }]);
		}) as never);
		expect(await ask(`http://rebound.example:${port}`, "none")).toBe("address-refused");
		expect(met).toBe(0);
		spy.mockRestore();
	});

	it("of one name with addresses of both kinds takes those that may be asked", async () => {
		const spy = jest.spyOn(dns, "lookup").mockImplementation(((
			_: string,
			__: object,
			say: (...all: unknown[]) => void
		) => {
			say(null, [
				{ address: "169.254.169.254", family: 4 },
				{ address: "127.0.0.1", family: 4 }
			]);
		}) as never);
		expect(await ask(`http://both.example:${port}`, "loopback")).toBe(200);
		spy.mockRestore();
	});

	it.each(["127.0.0.1", "localhost", "127.1", "[::1]"])("to a database at %s is refused as well", async host => {
		const database = openDatabase(`mysql://u:p@${host}:${port}/x`, 1_000, {
			access: "read",
			reach: readReach("private") as never
		});
		await expect(database.read("SELECT 1")).rejects.toMatchObject({ code: "address-refused" });
		await database.close();
		expect(met).toBe(0);
	});
});
