/** Every service class by its name: what a node that is embedded can run. */

import ExtractorService from "./migration/extractor.service";
import ImporterService from "./migration/importer.service";
import LinksService from "./migration/links.service";
import MigrationService from "./migration/migration.service";
import TransformerService from "./migration/transformer.service";
import ValidatorService from "./migration/validator.service";
import VerifierService from "./migration/verifier.service";
import AccessService from "./platform/access.service";
import GatewayService from "./platform/gateway.service";
import IdempotencyService from "./platform/idempotency.service";

export const SERVICES: Readonly<Record<string, unknown>> = {
	extractor: ExtractorService,
	transformer: TransformerService,
	validator: ValidatorService,
	importer: ImporterService,
	verifier: VerifierService,
	migration: MigrationService,
	links: LinksService,
	access: AccessService,
	idempotency: IdempotencyService,
	gateway: GatewayService
};
