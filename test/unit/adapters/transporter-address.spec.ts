import {
	isLoopback,
	loginOf,
	loginsFault,
	natsOptions,
	readTransporter,
	type Transporter,
	transporterFault
} from "../../../adapters/transporter-address";

const read = (text: string): Transporter => {
	const transporter = readTransporter(text);
	if (!transporter) throw new Error(`'${text}' was not read.`);
	return transporter;
};

describe("where nodes meet", () => {
	const NO_FILES = { caFile: null, certFile: null, keyFile: null };

	it("gives up its login decoded, and all its servers", () => {
		const transporter = read("nats://node:p%40ss%3A%2F%25@a:4222,b:4223");
		expect(loginOf(transporter.servers)).toMatchObject({ user: "node", password: "p@ss:/%" });
		expect(natsOptions(transporter, NO_FILES)).toMatchObject({
			servers: ["a:4222", "b:4223"],
			ignoreClusterUpdates: true
		});
	});

	it.each([
		["nats://u:p@a,b", undefined],
		["nats://u:p@a,u:p@b", undefined],
		["nats://u:p@a,u:q@b", /several logins/],
		["nats://u:p@a,v:p@b", /several logins/]
	])("%s has one login, or why not", (text, fault) => {
		const said = loginsFault(read(text));
		if (fault === undefined) expect(said).toBeUndefined();
		else expect(said).toMatch(fault);
	});

	it("with TLS believes the authorities that are named, for the servers that are named", () => {
		const { tls } = natsOptions(read("tls://nats.example.com,10.0.0.1"), { ...NO_FILES, caFile: "ca.pem" }) as {
			tls: { caFile: string; checkServerIdentity: (name: string, certificate: object) => Error | undefined };
		};
		expect(tls.caFile).toBe("ca.pem");
		expect(tls).not.toHaveProperty("certFile");
		const fault = (subjectaltname: string) => tls.checkServerIdentity("localhost", { subject: {}, subjectaltname });
		expect(fault("DNS:nats.example.com")).toBeUndefined();
		expect(fault("IP Address:10.0.0.1")).toBeUndefined();
		expect(fault("DNS:localhost")?.message).toMatch(/does not match/);
		expect(fault("DNS:other.example.com, IP Address:10.0.0.2")?.message).toMatch(/does not match/);
	});

	it.each([
		"redis://a",
		"nats://",
		"nats://a b",
		"nats://[::1",
		"nats://a,tls://b",
		"nats://a,",
		"nats://u:%@a",
		"a:4222"
	])("is not '%s'", text => expect(readTransporter(text)).toBeUndefined());

	it.each([
		["127.0.0.1", true],
		["127.8.9.1", true],
		["localhost", true],
		["LOCALHOST", true],
		["[::1]", true],
		["[::ffff:127.0.0.1]", true],
		["[0:0:0:0:0:0:0:1]", true],
		["0.0.0.0", false],
		["[::]", false],
		["10.0.0.1", false],
		["128.0.0.1", false],
		["[::ffff:10.0.0.1]", false],
		["[fe80::1]", false],
		["nats", false],
		["localhost.example.com", false],
		["127.0.0.1.example.com", false],
		["127.1", false],
		["0x7f.0.0.1", false],
		["2130706433", false],
		["127.0.0.1%2eevil.example", false],
		["127.0.0.1:4222@evil.example", false],
		["localhost@evil.example", false],
		["evil.example#@127.0.0.1", false],
		["evil.example?@127.0.0.1", false],
		["evil.example/@127.0.0.1", false]
	])("%s is the loopback: %s", (host, expected) => {
		expect(read(`nats://${host}`).servers.every(isLoopback)).toBe(expected);
	});

	it.each([
		["nats://127.0.0.1:4222,[::1]:4222", undefined],
		["nats://127.0.0.1,nats.example.com", /\(nats\.example\.com\) without TLS .* and without a login/],
		["nats://127.0.0.1,u:p@10.0.0.1", /\(10\.0\.0\.1\) without TLS \(/],
		["nats://u:p@10.0.0.1", /without TLS \([^)]*\): /],
		["nats://u@10.0.0.1", /without TLS \([^)]*\): /],
		["tls://10.0.0.1", /\(10\.0\.0\.1\) without a login/],
		["tls://u:p@10.0.0.1", undefined],
		["tls://u:p@nats.example.com,b.example.com", undefined]
	])("%s may be met at, or why not", (text, fault) => {
		const said = transporterFault(read(text));
		if (fault === undefined) expect(said).toBeUndefined();
		else {
			expect(said).toMatch(fault);
			expect(said).toContain("TRANSPORTER_INSECURE=yes");
			expect(said).not.toContain("u:p");
		}
	});
});
