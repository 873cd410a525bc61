import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readVariable, SettingError } from "../../cluster/environment";
import { VARIABLES } from "../../cluster/variables";
import { readConfig } from "../../moleculer.config";

describe("a node's settings", () => {
	it("have defaults: one process, all services, data/", () => {
		const config = readConfig({});
		expect(config.transporter).toBeUndefined();
		expect(config.services).toContain("migration");
		expect(config.settings).toMatchObject({ dataDir: "data", access: "write" });
	});

	it("keep what must last in DATA_DIR, or on the servers that TRANSPORTER names", () => {
		expect(readConfig({}).settings.store).toBe("embedded");
		expect(readConfig({}).settings.events).toBeUndefined();
		const toNats = { STORE: "cluster", TRANSPORTER: "nats://ann:p%40ss@127.0.0.1:4222", NAMESPACE: "shop" };
		const shared = { ...toNats, MONGODB_URL: "mongodb://127.0.0.1" };
		const nats = { servers: ["127.0.0.1:4222"], user: "ann", pass: "p@ss" };
		const events = { namespace: "shop", replicas: 3, patienceMs: 10_000, nats };
		expect(readConfig(shared).settings).toMatchObject({ store: "cluster", events });
		expect(readConfig({ ...shared, EVENTS_REPLICAS: "1" }).settings.events?.replicas).toBe(1);
		expect(() => readConfig({ STORE: "cluster" })).toThrow(SettingError);
		expect(() => readConfig({ STORE: "cluster" })).toThrow(/^STORE=cluster .* TRANSPORTER names none: set it /);
		expect(() => readConfig(toNats)).toThrow(/^STORE=cluster .* MONGODB_URL names none: set it, or MONGODB_URL_FILE/);
	});

	it("name the database of a cluster, by an address or a file that holds it", () => {
		const cluster = { STORE: "cluster", TRANSPORTER: "nats://127.0.0.1:4222" };
		const mongoIn = (settings: object) => readConfig({ ...cluster, ...settings }).settings.mongo;
		const url = "mongodb://ann:p%40ss@db1:27017,db2/vpn?replicaSet=rs0&tls=true";
		expect(mongoIn({ MONGODB_URL: url })).toMatchObject({ url, database: "vpn", patienceMs: 10_000 });
		expect(mongoIn({ MONGODB_URL: "mongodb://[::1]:27017", NAMESPACE: "shop" })).toMatchObject({ database: "shop" });
		const folder = mkdtempSync(join(tmpdir(), "banyan-config-"));
		const MONGODB_URL_FILE = join(folder, "url");
		writeFileSync(MONGODB_URL_FILE, `${url}\n`);
		expect(mongoIn({ MONGODB_URL_FILE })).toMatchObject({ url, database: "vpn" });
		expect(() => mongoIn({ MONGODB_URL_FILE, MONGODB_URL: url })).toThrow(/are both set: take one of them away/);
		expect(() => mongoIn({ MONGODB_URL_FILE: folder })).toThrow(/is a folder: name the file in it/);
		expect(() => mongoIn({ MONGODB_URL_FILE: `${folder}/none` })).toThrow(/cannot be read \(ENOENT\)/);
		rmSync(folder, { recursive: true });
		const open = { MONGODB_URL: "mongodb://db1/vpn" };
		expect(() => mongoIn(open)).toThrow(/over a network \(db1\) without TLS \(tls=true\) and without a user/);
		expect(mongoIn({ ...open, MONGODB_INSECURE: "yes" })).toBeDefined();
	});

	it.each([
		[
			"SERVICES",
			"extractor,transformers",
			/SERVICES='extractor,transformers' is not valid: it must be .*\bextractor, .*\bimporter, /
		],
		["REDIS_URL", "nats://x", /REDIS_URL is not valid: it must be redis:.* \(where nodes keep what they count /],
		[
			"REDIS_URL",
			"redis://far.example",
			/^REDIS_URL leads over a network .* without TLS .* and without a password: .* REDIS_INSECURE=yes/
		],
		[
			"REDIS_URL",
			"rediss://far.example:6380/2",
			/^REDIS_URL leads over a network \(far.example:6380\) without a password/
		],
		["REDIS_URL_FILE", "/nowhere/at/all", /^REDIS_URL_FILE='\/nowhere\/at\/all' cannot be read \(ENOENT\)/],
		["REDIS_URL_FILE", "package.json", /^REDIS_URL_FILE='package.json' holds no address of Redis: it must be redis:/],
		["TRANSPORTER", "redis://x", /TRANSPORTER is not valid: it must be nats:.* \(where nodes meet; /],
		["MONGODB_URL", "mongodb://ann:secret%@db", /^MONGODB_URL is not valid: it must be mongodb:(?!.*secret)/],
		["STORE", "mongo", /^STORE='mongo' is not valid: it must be embedded or cluster \(where /],
		["LOG_LEVEL", "loud", /one of fatal, error, warn/],
		["REQUEST_TIMEOUT", "5", /1000 to 600000 ms/],
		["LEASE_MS", "soon", /LEASE_MS='soon'/],
		[
			"NAMESPACE",
			"a b",
			/^NAMESPACE='a b' is not valid: it must be letters, .* \(nodes of one namespace find each other\)\.$/
		],
		[
			"GATEWAY_PORT",
			"abc",
			/^GATEWAY_PORT='abc' is not valid: it must be a whole number, 0 to 65535 \(the gateway's port; /
		],
		["RESULT_CHECKS", "maybe", /^RESULT_CHECKS='maybe' is not valid: it must be on or off \(on: an action /],
		["LINK_QUESTIONS", "1.5", /^LINK_QUESTIONS='1.5' is not valid: it must be a whole number, 1 to 48 \(/],
		["LINK_TIMEOUT", "soon", /^LINK_TIMEOUT='soon' is not valid: it must be a whole number, 1000 to 60000 ms \(/]
	])("%s that is wrong stops it with a sentence", (name, value, sentence) => {
		expect(() => readConfig({ [name]: value })).toThrow(SettingError);
		expect(() => readConfig({ [name]: value })).toThrow(sentence);
	});

	const wrong = "\0 ,=/";
	it.each(Object.entries(VARIABLES).filter(([, { read }]) => read(wrong) === undefined))(
		"%s that is wrong is told its form, then what it is",
		(name, { says, must }) => {
			const [variable] = [VARIABLES[name]].flatMap(each => each ?? []);
			const reading = () => variable && readVariable({ [name]: wrong }, name, variable);
			expect(reading).toThrow(` is not valid: it must be ${must} (${says}).`);
			expect(`${must}|${says}`).not.toMatch(/[.()]$|[.]\||^$|^an? an? /);
		}
	);

	it.each([
		["api.example.com", "api.example.com"],
		["a.example.com,API.example.com.", "sub.example.com,api.example.com"],
		["api.example.com:8000", "api.example.com"],
		["api.example.com", "*.example.com"],
		["*.example.com", "*.example.com"],
		["[2001:db8::1]", "2001:db8:0::1"]
	])("GATEWAY_NAMES=%s and LINKS_NAMES=%s: links would take the API's name", (GATEWAY_NAMES, LINKS_NAMES) => {
		const environment = { GATEWAY_NAMES, LINKS_NAMES };
		expect(() => readConfig(environment)).toThrow(SettingError);
		expect(() => readConfig(environment)).toThrow(/^GATEWAY_NAMES and LINKS_NAMES both hold '/);
		expect(readConfig({ ...environment, LINKS_PORT: "0" }).settings.gateway?.names).not.toEqual([]);
	});

	it.each([
		["api.example.com", "sub.example.com"],
		["*.example.com", "sub.example.com"],
		["example.com", "*.example.com"]
	])("GATEWAY_NAMES=%s and LINKS_NAMES=%s are two origins", (GATEWAY_NAMES, LINKS_NAMES) => {
		expect(readConfig({ GATEWAY_NAMES, LINKS_NAMES }).settings.gateway?.links.names).toEqual([LINKS_NAMES]);
	});

	it.each(["loopbck", "private,lopback", "Pirvate", "link-local", "linklocl"])("CONNECT_ALLOW=%s is no host", text => {
		expect(() => readConfig({ CONNECT_ALLOW: text })).toThrow(SettingError);
		expect(() => readConfig({ CONNECT_ALLOW: text })).toThrow(
			/^CONNECT_ALLOW='.*' is not valid: '.*' is neither .*: did you mean '(loopback|private|linklocal)'\?$/
		);
	});

	it.each(["127.0.0.1:36065", "panel.example.com:8000", "loopback, panel:80", "[::1]:8000"])(
		"CONNECT_ALLOW=%s: there are no ports",
		text => {
			expect(() => readConfig({ CONNECT_ALLOW: text })).toThrow(SettingError);
			expect(() => readConfig({ CONNECT_ALLOW: text })).toThrow(/: '\S+:\d+' has a port, and there are no ports here/);
		}
	);

	it.each(["loopback", "Private", "none", "any", "node", "panel", "loopback.example.com", "10.0.0.0/8,::1,fc00::/7"])(
		"CONNECT_ALLOW=%s is what it says",
		text => {
			expect(readConfig({ CONNECT_ALLOW: text }).settings.reach).toEqual({ approved: text, others: text });
		}
	);

	it.each(["/nowhere", "package.json", "package.json/x"])("FILES_DIR=%j is no folder", folder => {
		expect(() => readConfig({ FILES_DIR: folder })).toThrow(SettingError);
		expect(() => readConfig({ FILES_DIR: folder })).toThrow(/^FILES_DIR='.*' is no folder/);
		expect(readConfig({ FILES_DIR: "test" }).settings.files).toEqual({ within: "test" });
		expect(readConfig({ FILES_DIR: folder }, { own: true }).settings.files).toBe("any");
	});

	it("SERVICES names what it runs", () => {
		expect(readConfig({ SERVICES: "extractor, verifier" }).services).toEqual(["extractor", "verifier"]);
	});

	it.each([
		["TRANSPORTER", "nats://node:hunter2@[::1"],
		["TRANSPORTER", "nats://node:hunter2 @a"],
		["TRANSPORTER", "nats://node:hunter2%@a"],
		["TRANSPORTER", "nats://node:hunter2@a,tls://b"],
		["CLUSTER_KEY", "hunter2"],
		["CLUSTER_KEY", "hunter2hunter2hunter2hunter2hunter2hunter2hunt"]
	])("%s that is wrong shows no secret that may stand in it", (name, value) => {
		const environment = { TRANSPORTER: "nats://127.0.0.1", [name]: value };
		expect(() => readConfig(environment)).toThrow(new RegExp(`^${name} is not valid: `));
		expect(() => readConfig(environment)).not.toThrow(/hunter2/);
	});

	it("over a network nodes meet with TLS and a login, or when it is said that they may without", () => {
		const far = { TRANSPORTER: "nats://10.0.0.1:4222" };
		expect(() => readConfig(far)).toThrow(/^TRANSPORTER leads over a network \(10\.0\.0\.1:4222\) without TLS/);
		expect(readConfig({ ...far, TRANSPORTER_INSECURE: "yes" }).transporter).toBeDefined();
		expect(() => readConfig({ ...far, TRANSPORTER_INSECURE: "true" })).toThrow(/TRANSPORTER_INSECURE='true'/);
	});

	it.each<[name: string, value: string, sentence: RegExp]>([
		["TRANSPORTER_INSECURE", "true", /^TRANSPORTER_INSECURE='true' is not valid: /],
		["CLUSTER_KEY", "abc", /^CLUSTER_KEY is not valid: /],
		["CLUSTER_KEY_FILE", "/nope", /^CLUSTER_KEY_FILE='\/nope' cannot be read \(ENOENT\)/],
		["CLUSTER_KEY_FILE", "test", /^CLUSTER_KEY_FILE='test' is a folder/],
		["CLUSTER_KEY_FILE", "package.json", /^CLUSTER_KEY_FILE='package.json' holds no key of a cluster/],
		...["CA", "CERT", "KEY", "TOKEN", "NKEY", "CREDS"].map((kind): [string, string, RegExp] => [
			`TRANSPORTER_${kind}_FILE`,
			"/nope",
			new RegExp(`^TRANSPORTER_${kind}_FILE='/nope' cannot be read \\(ENOENT\\)`)
		]),
		["TRANSPORTER_NKEY_FILE", "package.json", /^TRANSPORTER_NKEY_FILE='package.json' holds no seed/],
		["TRANSPORTER_CREDS_FILE", "package.json", /^TRANSPORTER_CREDS_FILE='package.json' holds no credentials/],
		["TRANSPORTER_TOKEN_FILE", "package.json", /^TRANSPORTER_TOKEN_FILE='package.json' holds no token/],
		["BALANCER", "mine", /^BALANCER='mine' is not valid: it must be nodes or queues/],
		["BALANCER_STRATEGY", "best", /^BALANCER_STRATEGY='best' is not valid: it must be one of round-robin, /],
		["PREFER_LOCAL", "maybe", /^PREFER_LOCAL='maybe' is not valid: it must be yes or no/],
		["HEARTBEAT_INTERVAL", "9", /^HEARTBEAT_TIMEOUT=5 is not longer than HEARTBEAT_INTERVAL=9: /]
	])("%s=%s that is wrong is said also where no transporter needs it", (name, value, sentence) => {
		expect(() => readConfig({ [name]: value })).toThrow(SettingError);
		expect(() => readConfig({ [name]: value })).toThrow(sentence);
		const TRANSPORTER = "nats://127.0.0.1";
		expect(() => readConfig({ TRANSPORTER, [name]: value })).toThrow(sentence);
	});

	it("are all in the README's table, with their defaults", () => {
		const readme = readFileSync("README.md", "utf8");
		for (const [name, { fallback }] of Object.entries(VARIABLES))
			expect(readme).toMatch(new RegExp(`\\| \`${name}\` \\|.*\\| ${fallback === null ? "" : `\`${fallback}\``} *\\|`));
	});

	it("are no variables of a definition, whatever SECRET_NAMES says", () => {
		const own = [...Object.keys(VARIABLES), "BANYAN_API_KEY"];
		const open = ["PANEL_PASSWORD", ...own].map(name => `${name.slice(0, 4)}*`);
		const { allows } = readConfig({ SECRET_NAMES: open.join() }).settings.environment;
		const allowed = own.filter(name => allows?.(name) !== false);
		expect(allowed).toEqual([]);
		expect(allows?.("PANEL_PASSWORD")).toBe(true);
		for (const name of own)
			expect(() => readConfig({ SECRET_NAMES: `PANEL_PASSWORD,${name}` })).toThrow(
				new RegExp(`^SECRET_NAMES holds '${name}', a setting of Banyan itself`)
			);
	});
});
