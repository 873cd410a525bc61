/**
 * Every error that a caller may meet: its code, the HTTP status it becomes, and what its title says; what it
 * means and what to do in general, for `/docs/problems`. The detail, which says what, where and what to do this time, is
 * written where the error is thrown.
 */

export const ERRORS = {
	DEFINITION_INVALID: {
		status: 422,
		title: "The definition of the migration is not valid",
		means:
			"The YAML or JSON of the definition says something that is not understood. Nothing was looked at or written.",
		todo: "Correct what the detail names, at its line and column, and send it again."
	},
	DEFINITION_CHANGED: {
		status: 409,
		title: "The definition is not the one that was begun, or reviewed",
		means:
			"A run keeps to the definition it was begun with, and `start` with a `hash` to the one that was reviewed; this one is another.",
		todo: "Restore the definition, or give the changed one another `name`; look at what is planned now, and give its `hash`."
	},
	DEFINITION_TAKEN: {
		status: 409,
		title: "Another key planned another definition under this name",
		means: "A key that may only plan takes nobody's place: whoever reviewed the other definition would start this one.",
		todo: "Give yours another `name`, or use the key that planned the other one, or one with `migration:run`."
	},
	DEFINITION_UNREVIEWED: {
		status: 409,
		title: "What would start was planned by a key that may not start it",
		means:
			"Such a definition begins only where its `hash` is named, so that nothing starts but what somebody looked at.",
		todo: "Look at its plan and send `hash` as that answered it; or plan it with the key that starts it."
	},
	ENVIRONMENT_MISSING: {
		status: 422,
		title: "An environment variable that the definition names is not set",
		means: "Variables that a definition names are filled in on the node that connects, and it has none of that name.",
		todo: "Set the variable where that node is started, start it again, and ask once more."
	},
	MIGRATION_NOT_FOUND: {
		status: 404,
		title: "No such migration",
		means: "No migration of that name was planned or begun in this server's data folder.",
		todo: "Look at `GET /api/v1/migrations`; plan it first, or correct the name."
	},
	MIGRATION_RUNNING: {
		status: 409,
		title: "The migration is running already",
		means: "Somebody drives it at this moment; two would write the same records.",
		todo: "Wait, or pause it with `POST /api/v1/migrations/{name}/pause`, then ask again."
	},
	MIGRATION_NOT_READY: {
		status: 409,
		title: "The migration has not come that far",
		means:
			"What was asked for comes at another time: a comparison after the run, for example, or nothing at all after a rollback.",
		todo: "Look at its `phase`; do what the detail says."
	},
	PREFLIGHT_REFUSED: {
		status: 409,
		title: "The preflight found something that must be mended first",
		means: "A look at both panels found something that would fail or do harm. Nothing was written.",
		todo: "Mend each finding that is `refused`, then plan again."
	},
	FEW_DIFFER: {
		status: 409,
		title: "Some of the few that went first are not at the target as they should be",
		means:
			"A run with `only` or `limit` moved a few and looked at them; some are not as they should be. The others were not touched.",
		todo: "Look at `GET /api/v1/migrations/{name}/diff`, mend the cause, and start again; or roll back."
	},
	CONNECTOR_UNKNOWN: {
		status: 422,
		title: "No such connector",
		means: "The definition names a system that this version cannot speak to.",
		todo: "Write `marzneshin` for the source and `marzban` for the target."
	},
	SYSTEM_FAILED: {
		status: 502,
		title: "The source or the target did not do what was asked",
		means: "A panel could not be reached, refused us, or failed. Nothing is lost.",
		todo: "See to the panel as the detail says, then ask again."
	},
	DATA_DIR_LOCKED: {
		status: 503,
		title: "The data folder is in use by another process",
		means: "One process at a time works on a data folder.",
		todo: "Stop the process that the detail names, wait for it, or set another `DATA_DIR`."
	},
	KEY_NOT_FOUND: {
		status: 404,
		title: "No such API key",
		means: "No key has this id; it may have been revoked.",
		todo: "Look at `GET /api/v1/api-keys`."
	},
	IDEMPOTENCY_RUNNING: {
		status: 409,
		title: "A request with this Idempotency-Key is under way, or was cut off",
		means:
			"The first request with this key has not ended, or the server stopped within it: whether it took effect is not known.",
		todo: "Wait and send it again with the same key. After a stop, look what became of it, then use a new key."
	},
	IDEMPOTENCY_UNKNOWN: {
		status: 409,
		title: "The first request with this Idempotency-Key failed, and may have had its effect",
		means:
			"It was answered with an error that does not say whether it was done: a time-out, a node that died, a fault of ours.",
		todo: "Look what became of it, then use a new key."
	},
	IDEMPOTENCY_REUSED: {
		status: 422,
		title: "This Idempotency-Key was used for another request",
		means: "The key belongs to a request with another body or address, whose answer would be the wrong one.",
		todo: "Use a new key for each thing that you want done."
	},
	REQUEST_INVALID: {
		status: 400,
		title: "The request is not well formed",
		means:
			"The request cannot be read: broken JSON, a field that stands twice, a malformed address or header, or a cursor that is none.",
		todo: "Correct what the detail names. Cursors are given back as they came."
	},
	VALIDATION_ERROR: {
		status: 422,
		title: "The request has fields that are not as they must be",
		means: "Fields are missing, unknown, or of another kind.",
		todo: "Correct each field that `errors` names; `/docs` shows what the route takes."
	},
	UNAUTHENTICATED: {
		status: 401,
		title: "No valid API key",
		means: "The request has no API key, or one that is unknown or revoked.",
		todo: "Send a key as `X-API-Key`. The first one is in the server's data folder, in `api-key`."
	},
	FORBIDDEN: {
		status: 403,
		title: "The API key does not allow this",
		means: "The key is valid and has not the scope that this route needs.",
		todo: "Use a key with the scope that the detail names, or make one with `POST /api/v1/api-keys`."
	},
	NOT_FOUND: {
		status: 404,
		title: "There is nothing at this address",
		means: "No route has this address, or an old subscription link is known to neither panel.",
		todo: "Compare the address with `/docs`."
	},
	METHOD_NOT_ALLOWED: {
		status: 405,
		title: "This address does not know that method",
		means: "The address is right, the method is not.",
		todo: "Use one of those that the header `Allow` names."
	},
	HOST_UNKNOWN: {
		status: 421,
		title: "The server does not answer under this name",
		means:
			"The header `Host` has a name that is not one of this server's, as when a page of another origin has its name lead here.",
		todo: "Ask under one of its own names, or list the name in `GATEWAY_NAMES`."
	},
	REQUEST_TIMED_OUT: {
		status: 408,
		title: "The request did not come in time",
		means: "The request began and did not come to its end. Nothing of it was done.",
		todo: "Send it again as a whole; `GATEWAY_BODY_TIMEOUT` says how long a body may take."
	},
	HEADERS_TOO_LARGE: {
		status: 431,
		title: "The address and the headers are too large",
		means: "They have more than 32 KiB.",
		todo: "Send less of them: fields of a request go in its body."
	},
	BODY_TOO_LARGE: {
		status: 413,
		title: "The body is too large",
		means: "The body is larger than `GATEWAY_BODY_LIMIT` of the server.",
		todo: "Send less at once, or raise the limit."
	},
	MEDIA_TYPE_UNSUPPORTED: {
		status: 415,
		title: "The body is of a type that is not understood here",
		means: "The body is neither JSON nor, where a definition is taken, YAML; or it is compressed.",
		todo: "Send it as `application/json`, in UTF-8, uncompressed."
	},
	THROTTLED: {
		status: 429,
		title: "Too many requests",
		means: "This address asked too often: for links that do not exist, or with keys that are wrong.",
		todo: "Wait as long as `Retry-After` says."
	},
	LIMIT_REACHED: {
		status: 429,
		title: "A limit of this server is reached",
		means:
			"This caller has as much under way, or stored, as one may have. The limits are settings; `GET /health/detailed` shows them to a key.",
		todo: "Let what is under way end, or remove what is no longer needed, then ask again; or raise the limit that the detail names."
	},
	OVERLOADED: {
		status: 503,
		title: "The server has as much to do as it takes at once",
		means: "All callers together reach a limit of this server. Nothing of this request was done.",
		todo: "Wait as long as `Retry-After` says and ask again."
	},
	ABANDONED: {
		status: 503,
		title: "Whoever asked did not wait for the answer",
		means:
			"The connection was closed before the answer was there, so what was asked for was ended. Nothing was written.",
		todo: "Ask again, and wait; a plan of a large panel takes minutes."
	},
	INTERNAL: {
		status: 500,
		title: "Something broke here",
		means: "A fault of ours. It is in the server's log.",
		todo: "Look for the correlation id in the log, and report it with what stands there."
	},
	LOOP: {
		status: 508,
		title: "The address leads back to this gateway",
		means: "The panel's address leads back to this gateway, so a request would go in a circle.",
		todo: "Let the source's `url` lead to the old panel itself, past the gateway."
	},
	UNAVAILABLE: {
		status: 503,
		title: "The service is not available now",
		means: "No node runs that service now, or a panel is away.",
		todo: "Wait as long as `Retry-After` says and ask again; `GET /health/services` says what is missing."
	},
	TIMED_OUT: {
		status: 504,
		title: "The service did not answer in time",
		means: "No answer came within `REQUEST_TIMEOUT`. What was asked may still take effect.",
		todo: "Look what became of it before you ask again; an `Idempotency-Key` makes that safe."
	},
	STORE_FAILED: {
		status: 503,
		title: "The data folder cannot be written to",
		means:
			"The disk is full or read-only, or the file of the event store is damaged. Nothing more is written until it can be recorded.",
		todo: "Free space or mend the rights as the detail says, then ask again."
	},
	STORE_NEWER: {
		status: 503,
		title: "The data folder was written by a newer release",
		means:
			"An event in it is of a version that this release does not know. Nothing of it is read, so nothing is read half.",
		todo: "Upgrade the server, or go on with the release that wrote it."
	}
} as const satisfies Record<string, { status: number; title: string; means: string; todo: string }>;

export type ErrorCode = keyof typeof ERRORS;
