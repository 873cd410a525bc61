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
	transform: { "\\.ts$": swc },
	testEnvironment: "node",
	modulePathIgnorePatterns: ["<rootDir>/dist/", "<rootDir>/data/"]
});

module.exports = {
	// A loaded machine is slow, not wrong.
	testTimeout: 300_000,
	// Most of the time tests wait for processes that they started.
	maxWorkers: 2,
	projects: ["unit", "contracts", "adapters", "connectors", "integration", "e2e", "chaos"].map(project)
};
