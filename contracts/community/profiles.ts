/** What somebody says of themselves, who finds it, and what they chose. */

import { action } from "../contract";
import { handle, listed, type Own, own, page, paged, preferences, type Shown, shown } from "./shapes";

export const ada = { handle: "ada", name: "Ada Lovelace", avatar: null } as const;
const profile = { ...ada, bio: "", links: [], followers: 2, following: 1, joinedAt: "2026-11-21T09:00:00.000Z" };
const mine: Own = { ...profile, account: "a-7f3a", visibility: "public" };
const theirs: Shown = { ...profile, followed: true };

const changes = {
	handle: {
		...handle,
		optional: true,
		summary: "3 to 30 letters a to z, digits, and single - or _ between them; nobody else's."
	},
	name: { type: "string", optional: true, max: 80, summary: "What they are shown as; one line." },
	bio: { type: "string", optional: true, max: 500 },
	links: { type: "array", optional: true, max: 5, items: { type: "string", min: 1, max: 300 } },
	avatar: { type: "string", optional: true, nullable: true, min: 1, max: 500, summary: "By https; null: none." },
	visibility: {
		type: "enum",
		optional: true,
		values: ["public", "private"],
		summary: "`private`: for everybody else it is as though there were no such person."
	}
} as const;

export const profiles = {
	me: action({
		summary: "The profile of whoever is signed in.",
		permission: "person",
		rest: "GET /users/me",
		secret: true,
		params: {},
		result: own,
		example: { params: {}, result: mine }
	}),
	change: action({
		summary: "Changes the profile of whoever is signed in; what is not given stays.",
		permission: "person",
		rest: "PUT /users/me",
		secret: true,
		idempotent: true,
		params: changes,
		result: own,
		example: { params: { name: ada.name, visibility: "public" }, result: mine }
	}),
	show: action({
		summary: "Somebody by their handle.",
		permission: "person",
		rest: "GET /users/:handle",
		params: { handle },
		result: shown,
		example: { params: { handle: "ada" }, result: theirs }
	}),
	search: action({
		summary:
			"People whose handle begins with a text, then those whose name does. By nothing else, and none who are private.",
		permission: "person",
		rest: "GET /users/search",
		params: {
			q: { type: "string", min: 1, max: 100, summary: "Case and compatibility forms are the same." },
			...paged
		},
		result: page(listed),
		example: { params: { q: "ad" }, result: { items: [ada], next: null } }
	}),
	list: action({
		summary: "All people, also those who are private.",
		permission: "users:read",
		rest: "GET /users",
		secret: true,
		params: paged,
		result: page(own),
		example: { params: {}, result: { items: [mine], next: null } }
	}),
	preferences: action({
		summary: "What whoever is signed in chose.",
		permission: "person",
		rest: "GET /users/me/preferences",
		secret: true,
		params: {},
		result: preferences,
		example: { params: {}, result: { preferences: { "mail.digest": "weekly" } } }
	}),
	choose: action({
		summary:
			"Changes what whoever is signed in chose, as a merge patch (RFC 7396): values are put in place, tables are merged, null removes.",
		permission: "person",
		rest: "PATCH /users/me/preferences",
		secret: true,
		idempotent: true,
		params: { preferences: { type: "record", value: "json" } },
		result: preferences,
		example: {
			params: { preferences: { "mail.digest": "weekly", "mail.news": null } },
			result: { preferences: { "mail.digest": "weekly" } }
		}
	}),
	called: action({
		summary: "What an account is called, or null.",
		internal: ["auth", "mail"],
		reads: true,
		params: { account: "string" },
		result: "string|nullable"
	})
};
