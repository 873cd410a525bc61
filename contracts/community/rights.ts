/** What a person may ask for of all that is kept of them: a copy, and that it be forgotten. */

import { action } from "../contract";
import { personal, remainder } from "../personal";
import { type Exported, erasure, exported, handle, type NewErasure, newErasure, type ShownErasure } from "./shapes";

/** Services that keep something of people, as `personal` says. */
const KEEPERS = [
	"access",
	"auth",
	"config",
	"flags",
	"guesses",
	"idempotency",
	"legacy",
	"mail",
	"mfa",
	"oidc",
	"passkeys",
	"routes",
	"sessions"
];
/** They proved who they are within so many seconds. */
const FRESH = 900;

const document: Exported = {
	account: "a-7f3a",
	madeAt: "2026-11-21T09:00:00.000Z",
	until: "2026-11-21T10:00:00.000Z",
	complete: true,
	services: [{ service: "users", state: "answered", bytes: 38 }],
	kept: { users: { profile: { handle: "ada", name: "Ada Lovelace" } } }
};
const report: ShownErasure = {
	id: "e-9c1f",
	state: "done",
	askedAt: "2026-11-21T09:00:00.000Z",
	due: "2026-11-21T09:00:00.000Z",
	services: [{ service: "users", state: "done", count: 3, kept: [], at: "2026-11-21T09:00:01.000Z" }]
};
const asked: NewErasure = { ...report, state: "begun", services: [], token: "shown-once-then-never-again" };
const id = { type: "string", min: 1, max: 100 } as const;

export const rights = {
	export: action({
		summary: "Gathers what each service keeps of whoever is signed in, and keeps that for an hour.",
		permission: "person",
		rest: "POST /users/me/export",
		fresh: FRESH,
		secret: true,
		idempotent: true,
		timeout: 60_000,
		params: {},
		result: exported,
		example: { params: {}, result: document }
	}),
	exported: action({
		summary: "What was gathered last; a service that had not answered is asked again.",
		permission: "person",
		rest: "GET /users/me/export",
		fresh: FRESH,
		secret: true,
		timeout: 60_000,
		params: {},
		result: exported,
		example: { params: {}, result: document }
	}),
	erase: action({
		summary: "Ends the account of whoever is signed in; each service forgets what it keeps of them.",
		permission: "person",
		rest: "DELETE /users/me",
		status: 202,
		fresh: FRESH,
		secret: true,
		idempotent: true,
		params: {},
		result: newErasure,
		example: { params: {}, result: asked }
	}),
	keep: action({
		summary: "Takes back an erasure that has not begun.",
		permission: "person",
		rest: "POST /users/me/keep",
		idempotent: true,
		params: {},
		result: erasure,
		example: { params: {}, result: { ...report, state: "planned", services: [] } }
	}),
	eraseFor: action({
		summary: "Ends the account of somebody who asked for it by another way.",
		permission: "users:manage",
		rest: "DELETE /users/:handle",
		status: 202,
		secret: true,
		idempotent: true,
		params: { handle },
		result: newErasure,
		example: { params: { handle: "ada" }, result: asked }
	}),
	erasure: action({
		summary: "What became of an erasure, service by service.",
		permission: "users:read",
		rest: "GET /erasures/:id",
		secret: true,
		params: { id },
		result: erasure,
		example: { params: { id: report.id }, result: report }
	}),
	ownErasure: action({
		summary: "The same for whoever was erased, by the token that they were given.",
		permission: "public",
		rest: "POST /erasures/report",
		reads: true,
		secret: true,
		params: { id, token: "string|min:1|max:200" },
		result: erasure,
		example: { params: { id: report.id, token: "shown-once-then-never-again" }, result: report }
	}),
	personal,
	forgot: action({
		summary: "Notes that a service forgot somebody who was erased, how much that was, and what it had to keep.",
		internal: KEEPERS,
		idempotent: true,
		params: {
			request: id,
			service: "string|min:1|max:100",
			count: "number|integer|min:0",
			kept: { type: "array", items: remainder, max: 20 }
		},
		result: "boolean"
	})
};
