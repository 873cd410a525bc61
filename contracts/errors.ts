/**
 * Every error that a caller may meet: its code, the HTTP status it becomes, and what its title says. The detail, which
 * says what, where and what to do, is written where the error is thrown.
 */

export const ERRORS = {
	DEFINITION_INVALID: { status: 422, title: "The definition of the migration is not valid" },
	DEFINITION_CHANGED: { status: 409, title: "The definition changed since the migration began" },
	ENVIRONMENT_MISSING: { status: 422, title: "An environment variable that the definition names is not set" },
	MIGRATION_NOT_FOUND: { status: 404, title: "No such migration" },
	MIGRATION_RUNNING: { status: 409, title: "The migration is running already" },
	MIGRATION_NOT_READY: { status: 409, title: "The migration has not come that far" },
	PREFLIGHT_REFUSED: { status: 409, title: "The preflight found something that must be mended first" },
	CONNECTOR_UNKNOWN: { status: 422, title: "No such connector" },
	SYSTEM_FAILED: { status: 502, title: "The source or the target did not do what was asked" },
	DATA_DIR_LOCKED: { status: 503, title: "The data folder is in use by another process" },
	STORE_FAILED: { status: 503, title: "The event store cannot be used" }
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof ERRORS;
