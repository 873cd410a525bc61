/**
 * Errors that any service may meet, and whose contract none is. Those of one service are stated by its contract; all of them
 * together are `ERRORS` of contracts/cluster.ts.
 */

import type { ErrorSpec } from "./contract";

export const COMMON_ERRORS = {
	DATA_DIR_LOCKED: {
		status: 503,
		title: "The data folder is in use by another process",
		means: "One process at a time works on a data folder.",
		todo: "Stop the process that the detail names, wait for it, or set another `DATA_DIR`."
	},
	REQUEST_INVALID: {
		status: 400,
		title: "The request is not well formed",
		means:
			"The request cannot be read: broken JSON, a field that stands twice, a malformed address or header, a cursor that is none, or a stream that what was asked has not.",
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
		title: "Nobody is signed in, and there is no valid API key",
		means:
			"The request has no API key and no token, or one that is unknown, over or revoked, or whose session has ended.",
		todo: "Send a key as `X-API-Key`; the first one is in the server's data folder, in `api-key`. People sign in: `POST /api/v1/auth/login`."
	},
	FORBIDDEN: {
		status: 403,
		title: "The caller may not do this",
		means:
			"The key, or whoever is signed in, is known and has not the scope that this route needs; or it is for people, and a key asks.",
		todo: "Use a key with the scope that the detail names, or make one with `POST /api/v1/api-keys`; what is for people needs somebody to sign in."
	},
	CALLER_UNPROVEN: {
		status: 403,
		title: "Who asks is not proven to the node that was asked",
		means:
			"A door of the cluster signs who asks, and each node looks. What it was told was not signed, was changed, is of another request, is too old, or comes from a node that is no door.",
		todo: "Ask again. If it stays: all nodes need the same key, the gateways identities that speak for `gateway`, and clocks that agree; `banyan_callers_refused_total` says where and why."
	},
	NOT_FOUND: {
		status: 404,
		title: "There is nothing at this address",
		means: "No route has this address, or an old subscription link is known to neither panel.",
		todo: "Compare the address with `/docs`."
	},
	THROTTLED: {
		status: 429,
		title: "Too many requests",
		means:
			"This address asked too often for links that do not exist, or with keys that are wrong; or too many guesses at this account were wrong.",
		todo: "Wait as long as `Retry-After` says.",
		registered: "abnormal-usage-detected"
	},
	LIMIT_REACHED: {
		status: 429,
		title: "A limit of this server is reached",
		means:
			"This caller has as much under way, or stored, as one may have. The limits are settings; `GET /health/detailed` shows them to a key.",
		todo: "Let what is under way end, or remove what is no longer needed, then ask again; or raise the limit that the detail names.",
		registered: "quota-exceeded"
	},
	REVISION_CONFLICT: {
		status: 409,
		title: "Somebody else made the next revision",
		means: "Another revision than `expected` is the newest one. Nothing was changed.",
		todo: "Read what is set now, decide anew, and send the revision that the detail names as `expected`."
	},
	REVISION_NOT_FOUND: {
		status: 404,
		title: "No such revision",
		means: "None has this number.",
		todo: "Look at the history, which names all that there are."
	},
	REVISION_UNFIT: {
		status: 409,
		title: "What was set as of that revision is not accepted any more",
		means: "This release has no such field any more, or other bounds for it. Nothing was changed.",
		todo: "Set what the detail does not name by a change of its own."
	},
	REVISION_TOO_LARGE: {
		status: 413,
		title: "All that is set would be too large",
		means:
			"A revision has all that is set, and is sent to each node: it has a bound, which the detail names. Nothing was changed.",
		todo: "Remove what is no longer needed first."
	},
	OVERLOADED: {
		status: 503,
		title: "The server has as much to do as it takes at once",
		means: "All callers together reach a limit of this server. Nothing of this request was done.",
		todo: "Wait as long as `Retry-After` says and ask again.",
		registered: "temporary-reduced-capacity"
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
	STORE_AWAY: {
		status: 503,
		title: "The servers that keep what must last do not answer",
		means:
			"NATS or the database is away, is electing who decides, or stores nothing more. What was asked may have been stored or not.",
		todo: "Ask again after `Retry-After`, under the same `Idempotency-Key`. If it lasts, look at the servers' own logs and disks."
	},
	STORE_NEWER: {
		status: 503,
		title: "The data folder was written by a newer release",
		means:
			"An event in it is of a version that this release does not know. Nothing of it is read, so nothing is read half.",
		todo: "Upgrade the server, or go on with the release that wrote it."
	}
} as const satisfies Record<string, ErrorSpec>;
