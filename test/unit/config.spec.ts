import { readFileSync } from "node:fs";
import { readConfig, SettingError, VARIABLES } from "../../moleculer.config";

describe("a node's settings", () => {
	it("have defaults: one process, all services, data/", () => {
		const config = readConfig({});
		expect(config.transporter).toBeUndefined();
		expect(config.services).toContain("migration");
		expect(config.settings).toMatchObject({ dataDir: "data", access: "write" });
	});

	it.each([
		[
			"SERVICES",
			"extractor,transformers",
			/SERVICES='extractor,transformers' is not valid: .* of extractor, transformer/
		],
		["TRANSPORTER", "redis://x", /TRANSPORTER is not valid: it is where nodes meet, as nats:/],
		["LOG_LEVEL", "loud", /one of fatal, error, warn/],
		["REQUEST_TIMEOUT", "5", /1000 to 600000 ms/],
		["LEASE_MS", "soon", /LEASE_MS='soon'/],
		["NAMESPACE", "a b", /NAMESPACE='a b'/]
	])("%s that is wrong stops it with a sentence", (name, value, sentence) => {
		expect(() => readConfig({ [name]: value })).toThrow(SettingError);
		expect(() => readConfig({ [name]: value })).toThrow(sentence);
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

	it("are all in the README's table, with their defaults", () => {
		const readme = readFileSync("README.md", "utf8");
		for (const [name, { fallback }] of Object.entries(VARIABLES))
			expect(readme).toMatch(new RegExp(`\\| \`${name}\` \\|.*\\| ${fallback === null ? "" : `\`${fallback}\``} *\\|`));
	});
});
