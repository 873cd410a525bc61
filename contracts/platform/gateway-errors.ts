/** What the door refuses by itself. */

import type { ErrorSpec } from "../contract";

export const gatewayErrors = {
	NODE_NOT_FOUND: {
		status: 422,
		title: "No such node",
		means: "No node of this name is there now.",
		todo: "Look at `GET /api/v1/nodes`."
	},
	STEP_UP_REQUIRED: {
		status: 403,
		title: "Prove once more who you are",
		means: "Whoever is signed in may do this, and proved who they are too long ago.",
		todo: "Do so at `POST /api/v1/auth/step-up`, then ask again."
	},
	ORIGIN_REFUSED: {
		status: 403,
		title: "A page of another origin may not do this",
		means:
			"A browser sent a cookie, or would be given one, and the page that had it ask is not of this server, or the browser does not say.",
		todo: "Ask from a page of this server, list the page's origin in `GATEWAY_CORS_ORIGINS`, or send a bearer token in place of the cookie."
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
	NOT_KEPT: {
		status: 504,
		title: "No answer is kept",
		means: "The request takes a kept answer alone (`Cache-Control: only-if-cached`), and none is kept that is fresh.",
		todo: "Leave the directive out."
	},
	MEDIA_TYPE_UNSUPPORTED: {
		status: 415,
		title: "The body is of a type that is not understood here",
		means: "The body is neither JSON nor, where a definition is taken, YAML; or it is compressed.",
		todo: "Send it as `application/json`, in UTF-8, uncompressed."
	}
} as const satisfies Record<string, ErrorSpec>;
