/** Panels that are reached only by a way of their own: at each end, for every request, the first as well as the last. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sources, targets } from "../../connectors";
import type { Check } from "../../connectors/connector";
import type { Connection, OptionValue } from "../../contracts/migration/records";
import { startMarzban } from "../../demo/panels/marzban";
import { startMarzneshin } from "../../demo/panels/marzneshin";
import type { Panel } from "../../demo/panels/panel";
import { type Authority, guard, makeAuthority, startProxy } from "../support/ways";

type Given = Readonly<Record<string, OptionValue>>;
const HEADER = ["CF-Access-Client-Secret", "a secret of the gate"] as const;

let folder: string;
let authority: Authority;
let stranger: Authority;
let panels: Record<"marzneshin" | "marzban", Panel>;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-ways-"));
	authority = makeAuthority(folder);
	stranger = makeAuthority(folder, "stranger");
	panels = {
		marzneshin: await startMarzneshin({ createMs: 0, loginMs: 0 }),
		marzban: await startMarzban({ createMs: 0, loginMs: 0 })
	};
});
afterAll(async () => {
	await Promise.all(Object.values(panels).map(panel => panel.close()));
	rmSync(folder, { recursive: true, force: true });
});

const ENDS = [["marzneshin"], ["marzban"]] as const;
type End = (typeof ENDS)[number][0];
const open = (connector: End, url: string, more: Given) => {
	const given = { url, username: "admin", password: "admin123", timeoutMs: 20_000, retryBaseMs: 1, ...more };
	const connection: Connection = { connector, ...given };
	return connector === "marzneshin"
		? (sources.marzneshin as (typeof sources)[string]).open(connection)
		: (targets.marzban as (typeof targets)[string]).open(connection);
};
async function check(connector: End, url: string, more: Given = {}): Promise<Check> {
	const end = open(connector, url, more);
	try {
		return await end.check();
	} finally {
		await end.close();
	}
}
const said = ({ findings }: Check): string => findings.map(({ code, message }) => `${code}: ${message}`).join("\n");
const refusal = (connector: End, url: string, more: Given): string => {
	try {
		void open(connector, url, more).close();
	} catch (error) {
		return (error as Error).message;
	}
	return "opened";
};
/** With a client certificate asked for. */
const mutual = () => ({
	cert: readFileSync(authority.serverCert),
	key: readFileSync(authority.serverKey),
	ca: readFileSync(authority.ca),
	requestCert: true,
	rejectUnauthorized: true
});
const oneWay = () => ({ cert: readFileSync(authority.serverCert), key: readFileSync(authority.serverKey) });

describe.each(ENDS)("%s", connector => {
	const panel = (): Panel => panels[connector];

	test("behind an access proxy: every request carries the headers", async () => {
		await using gate = await guard(panel(), { header: HEADER });
		const found = await check(connector, gate.url, {
			headers: { "CF-Access-Client-Id": "id", [HEADER[0]]: HEADER[1] }
		});
		expect(said(found)).not.toMatch(/refused|wrong-system/);
		expect(found.ok).toBe(true);
		expect(gate.refused).toEqual([]);
		expect(gate.passed.filter(what => /token$/.test(what))).toHaveLength(1);
	});

	test("behind an access proxy whose headers are not given: it says what is wanted, and sends no password", async () => {
		await using gate = await guard(panel(), { header: HEADER });
		const found = await check(connector, gate.url, { headers: { [HEADER[0]]: "another" } });
		expect(said(found)).toMatch(/it answers 403: an access proxy before the panel may want what 'headers'/);
		expect(gate.refused.filter(what => /token$/.test(what))).toEqual([]);
	});

	test.each(["TLSv1.2", "TLSv1.3"] as const)(
		"behind %s of an authority of one's own, with a client certificate",
		async version => {
			await using gate = await guard(panel(), { tls: { ...mutual(), maxVersion: version } });
			const { ca: caFile, clientCert: certFile, clientKey, lockedKey } = authority;
			expect((await check(connector, gate.url, { caFile, certFile, keyFile: clientKey })).ok).toBe(true);
			const locked = { caFile, certFile, keyFile: lockedKey, passphrase: "open sesame" };
			expect((await check(connector, gate.url, locked)).ok).toBe(true);
			const without = await check(connector, gate.url, { caFile });
			expect(said(without)).toMatch(/unreachable: .*client certificate.* certFile and keyFile/);
			const others = { caFile, certFile: stranger.clientCert, keyFile: stranger.clientKey };
			expect(said(await check(connector, gate.url, others))).toMatch(/client certificate.* certFile and keyFile/);
		}
	);

	test("behind TLS that is not trusted here: it says so, and insecure is said loudly", async () => {
		await using gate = await guard(panel(), { tls: oneWay() });
		expect(said(await check(connector, gate.url))).toMatch(/of no authority that is trusted here .*caFile/);
		expect(said(await check(connector, gate.url, { caFile: stranger.ca }))).toMatch(
			/no authority that is trusted here/
		);
		const found = await check(connector, gate.url, { insecure: true });
		expect(found.ok).toBe(true);
		expect(found.findings[0]).toMatchObject({ severity: "warn", code: "insecure" });
		expect(said(await check(connector, gate.url, { caFile: authority.ca }))).not.toMatch(/insecure/);
	});

	test.each([
		["http", undefined],
		["https", "user:p@ss/word"]
	])("through a proxy, %s", async (scheme, basic) => {
		await using gate = await guard(panel(), { header: HEADER, ...(scheme === "https" && { tls: oneWay() }) });
		await using proxy = await startProxy(basic);
		const at = new URL(proxy.url);
		if (basic) [at.username, at.password] = ["user", encodeURIComponent("p@ss/word")];
		const way = { proxy: at.href, headers: { [HEADER[0]]: HEADER[1] }, caFile: authority.ca };
		const end = open(connector, gate.url, { ...way, ...(scheme === "http" && { caFile: "" }) });
		expect((await end.check()).ok).toBe(true);
		// More than one connection at a time.
		await Promise.all(Array.from({ length: 12 }, () => end.count("users")));
		await end.close();
		const { host } = new URL(gate.url);
		if (scheme === "https") {
			expect(new Set(proxy.tunnels)).toEqual(new Set([host]));
			expect(JSON.stringify(proxy.seen.headers)).not.toContain(HEADER[1]);
		} else {
			expect(proxy.forwarded).toHaveLength(gate.passed.length);
			expect(new Set(proxy.forwarded.map(what => new URL(what.split(" ")[1] ?? "").host))).toEqual(new Set([host]));
		}
	});

	test.each(["http", "https"])("a proxy that is away, or knows us not, is said to be so, %s", async scheme => {
		await using gate = await guard(panel(), scheme === "https" ? { tls: oneWay() } : {});
		await using proxy = await startProxy("user:secret");
		const ca = scheme === "https" ? { caFile: authority.ca } : {};
		const away = await check(connector, gate.url, { proxy: "http://127.0.0.1:9", ...ca });
		expect(said(away)).toMatch(/The proxy http:\/\/127\.0\.0\.1:9 cannot be reached \(ECONNREFUSED\)/);
		const unknown = { proxy: proxy.url.replace("//", "//user:wrong-one@"), ...ca };
		const found = said(await check(connector, gate.url, unknown));
		expect(found).toMatch(/The proxy does not know us \(407\)/);
		expect(found).not.toContain("wrong-one");
	});

	test("a panel that its proxy cannot reach is not the proxy's fault", async () => {
		await using proxy = await startProxy();
		const found = await check(connector, "https://127.0.0.1:9", { proxy: proxy.url });
		expect(said(found)).toMatch(/The proxy \S+ makes no way to https:\/\/127\.0\.0\.1:9 \(502\)/);
	});

	test("proxies of the environment are not used", async () => {
		const before = { ...process.env };
		Object.assign(process.env, {
			http_proxy: "http://127.0.0.1:9",
			HTTP_PROXY: "http://127.0.0.1:9",
			NODE_USE_ENV_PROXY: "1"
		});
		expect((await check(connector, panel().url)).ok).toBe(true);
		process.env = before;
	});
});

describe("an option of the way that is wrong", () => {
	const file = (name: string, text: string): string => {
		const path = join(folder, name);
		writeFileSync(path, text);
		return path;
	};
	const CASES: readonly (readonly [string, () => Given, RegExp])[] = [
		[
			"a file that is not there",
			() => ({ caFile: "/nowhere/ca.pem" }),
			/^Option caFile: '\/nowhere\/ca\.pem' is not there/
		],
		["a folder", () => ({ caFile: folder }), /^Option caFile: '.*' is a folder \(EISDIR\)/],
		["an empty file", () => ({ caFile: file("empty", " \n") }), /caFile: .* holds no certificate in PEM: it is empty/],
		[
			"a file that is no PEM",
			() => ({ caFile: file("text", "hello") }),
			/caFile: .* a PEM file begins with -----BEGIN/
		],
		["a file in DER", () => ({ caFile: file("der", "0\x82\x01\x02") }), /caFile: .* but DER: convert it/],
		[
			"a certificate cut short",
			() => ({ caFile: file("cut", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n") }),
			/caFile: .* cannot be read: fetch it anew/
		],
		[
			"a certificate without its key",
			() => ({ certFile: authority.clientCert }),
			/^Option certFile needs keyFile beside it/
		],
		[
			"a key without its certificate",
			() => ({ keyFile: authority.clientKey }),
			/^Option keyFile needs certFile beside it/
		],
		[
			"both the wrong way round",
			() => ({ certFile: authority.clientKey, keyFile: authority.clientCert }),
			/certFile: .* but a private key: the options may be the wrong way round/
		],
		[
			"the key of another",
			() => ({ certFile: authority.clientCert, keyFile: stranger.clientKey }),
			/keyFile: .* is not the key of the certificate/
		],
		[
			"a locked key",
			() => ({ certFile: authority.clientCert, keyFile: authority.lockedKey }),
			/keyFile: .* is encrypted: give its passphrase/
		],
		[
			"a wrong passphrase",
			() => ({ certFile: authority.clientCert, keyFile: authority.lockedKey, passphrase: "wrong" }),
			/^Option passphrase does not open the key/
		],
		["a passphrase alone", () => ({ passphrase: "wrong" }), /^Option passphrase opens a key: name the key's file/],
		["neither true nor false", () => ({ insecure: "perhaps" }), /^Option insecure is true or false/],
		["a proxy without a scheme", () => ({ proxy: "proxy:3128" }), /^Option proxy must begin with http/],
		["a proxy that is no address", () => ({ proxy: "proxy" }), /^Option proxy is not an address/],
		["a socks proxy", () => ({ proxy: "socks5://127.0.0.1:1080" }), /^Option proxy must begin with http/],
		[
			"a proxy with a slash in its password",
			() => ({ proxy: "http://user:se/cret@proxy:1" }),
			/^Option proxy (must end with the port|is not an address)/
		],
		["headers that are no table", () => ({ headers: "X: y" }), /^Option headers is a table/],
		["a header with a blank", () => ({ headers: { "X y": "z" } }), /^Option headers: 'X y' is no name of a header/],
		["an empty header", () => ({ headers: { X: "" } }), /^Option headers: 'X' is empty/],
		[
			"a header of two lines",
			() => ({ headers: { X: "secret\r\nY: z" } }),
			/^Option headers: the value of 'X' has a line break/
		],
		[
			"a header of our own",
			() => ({ headers: { Authorization: "Basic secret" } }),
			/^Option headers: 'Authorization' cannot be set, for it carries/
		],
		[
			"a header of the connection",
			() => ({ headers: { "Transfer-Encoding": "chunked" } }),
			/'Transfer-Encoding' cannot be set/
		],
		["a header twice", () => ({ headers: { X: "a", x: "b" } }), /'x' stands there twice/]
	];
	test.each(CASES)("%s", (_name, given, expected) => {
		for (const [connector] of ENDS) {
			const message = refusal(connector, "https://127.0.0.1:9", given());
			expect(message).toMatch(expected);
			expect(message).not.toMatch(/secret|\n/);
		}
	});
});

test("Marzneshin's release is told by what its API describes, not by the number it gives", async () => {
	await using nightly = Object.assign(await startMarzneshin({ version: "master", loginMs: 0 }), {
		async [Symbol.asyncDispose]() {
			await (this as unknown as Panel).close();
		}
	});
	expect((await check("marzneshin", panels.marzneshin.url)).version).toBe("0.7.x");
	expect((await check("marzneshin", nightly.url)).version).toBe("nightly (after 0.7.4)");
	expect((await check("marzban", panels.marzban.url)).version).toBe("0.8.4");
});
