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
	FEW_DIFFER: { status: 409, title: "Some of the few that went first are not at the target as they should be" },
	CONNECTOR_UNKNOWN: { status: 422, title: "No such connector" },
	SYSTEM_FAILED: { status: 502, title: "The source or the target did not do what was asked" },
	DATA_DIR_LOCKED: { status: 503, title: "The data folder is in use by another process" },
	KEY_NOT_FOUND: { status: 404, title: "No such API key" },
	IDEMPOTENCY_RUNNING: { status: 409, title: "A request with this Idempotency-Key is under way, or was cut off" },
	IDEMPOTENCY_REUSED: { status: 422, title: "This Idempotency-Key was used for another request" },
	REQUEST_INVALID: { status: 400, title: "The request is not well formed" },
	VALIDATION_ERROR: { status: 422, title: "The request has fields that are not as they must be" },
	UNAUTHENTICATED: { status: 401, title: "No valid API key" },
	FORBIDDEN: { status: 403, title: "The API key does not allow this" },
	NOT_FOUND: { status: 404, title: "There is nothing at this address" },
	METHOD_NOT_ALLOWED: { status: 405, title: "This address does not know that method" },
	BODY_TOO_LARGE: { status: 413, title: "The body is too large" },
	MEDIA_TYPE_UNSUPPORTED: { status: 415, title: "The body is of a type that is not understood here" },
	THROTTLED: { status: 429, title: "Too many requests" },
	INTERNAL: { status: 500, title: "Something broke here" },
	LOOP: { status: 508, title: "The address leads back to this gateway" },
	UNAVAILABLE: { status: 503, title: "The service is not available now" },
	TIMED_OUT: { status: 504, title: "The service did not answer in time" },
	STORE_FAILED: { status: 503, title: "The event store cannot be used" }
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof ERRORS;
