/** Every service class by its name: what a node that is embedded can run. Loaded when asked for: a command needs few. */

const load = (module: unknown): unknown => (module as { readonly default: unknown }).default;

export const SERVICES: Readonly<Record<string, () => unknown>> = {
	extractor: () => load(require("./migration/extractor.service")),
	transformer: () => load(require("./migration/transformer.service")),
	validator: () => load(require("./migration/validator.service")),
	importer: () => load(require("./migration/importer.service")),
	verifier: () => load(require("./migration/verifier.service")),
	migration: () => load(require("./migration/migration.service")),
	links: () => load(require("./migration/links.service")),
	access: () => load(require("./platform/access.service")),
	idempotency: () => load(require("./platform/idempotency.service")),
	gateway: () => load(require("./platform/gateway.service"))
};
