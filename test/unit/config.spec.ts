import { readFileSync } from "node:fs";
import { natsOptions, readConfig, SettingError, VARIABLES } from "../../moleculer.config";

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
		["TRANSPORTER", "redis://x", /TRANSPORTER='redis:\/\/x' is not valid: it is where nodes meet, as nats:/],
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

	it("a NATS address gives up its login decoded, and all its servers", () => {
		expect(natsOptions("nats://node:p%40ss%3A1@a:4222,b:4223")).toMatchObject({
			servers: ["a:4222", "b:4223"],
			user: "node",
			pass: "p@ss:1"
		});
	});

	it("are all in the README's table, with their defaults", () => {
		const readme = readFileSync("README.md", "utf8");
		for (const [name, { fallback }] of Object.entries(VARIABLES))
			expect(readme).toMatch(new RegExp(`\\| \`${name}\` \\|.*\\| ${fallback === null ? "" : `\`${fallback}\``} *\\|`));
	});
});
