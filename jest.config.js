const { statfsSync } = require("node:fs");

const MEMORY = "/dev/shm";
const ROOM_BYTES = 2 ** 31;
/**
 * A store waits for the disk with each append, some milliseconds, and no test pulls the plug: where this machine has
 * memory to spare, the folders of tests are in it.
 */
const memory = () => {
	try {
		const { bavail, bsize } = statfsSync(MEMORY);
		return process.platform === "linux" && bavail * bsize > ROOM_BYTES;
	} catch {
		return false;
	}
};
if (process.env.TMPDIR === undefined && memory()) process.env.TMPDIR = MEMORY;

const swc = [
	"@swc/jest",
	{
		jsc: {
			target: "es2023",
			parser: { syntax: "typescript", decorators: true },
			transform: { legacyDecorator: true, useDefineForClassFields: false }
		},
		module: { type: "commonjs" },
		sourceMaps: "inline"
	}
];
/** unit: pure. contracts: laws of the code base. connectors, adapters: conformance. integration: real servers. e2e: the built program. chaos: it is stopped. */
const project = name => ({
	displayName: name,
	rootDir: __dirname,
	testMatch: [`<rootDir>/test/${name}/**/*.spec.ts`],
	transform: {
		"\\.ts$": swc,
		"otlp-exporter-base/.+\\.cjs$": swc,
		"node_modules/(?:openid-client|oauth4webapi|jose|oidc-provider)/.+\\.js$": swc
	},
	// The first loads its parts by import(), which jest has in scripts that it transformed alone; the others are modules of ES.
	transformIgnorePatterns: [
		"/node_modules/(?!@opentelemetry/otlp-exporter-base/|openid-client/|oauth4webapi/|jose/|oidc-provider/)"
	],
	testEnvironment: "node",
	modulePathIgnorePatterns: ["dist", "data", ".cache", ".node"].map(folder => `<rootDir>/${folder}/`)
});

module.exports = {
	// A loaded machine is slow, not wrong.
	testTimeout: 300_000,
	// Most of the time tests wait for processes that they started.
	maxWorkers: 3,
	reporters: ["default", "<rootDir>/scripts/slowest-suites.cjs"],
	projects: ["unit", "contracts", "adapters", "connectors", "integration", "e2e", "chaos"].map(project)
};
