/** Who follows whom. */

import { action } from "../contract";
import { ada } from "./profiles";
import { handle, listed, page, paged } from "./shapes";

const example = { params: { handle: "ada" }, result: { items: [ada], next: null } };
const person = { handle } as const;

export const follows = {
	follow: action({
		summary: "Whoever is signed in follows somebody; who does already, does.",
		permission: "person",
		rest: "POST /users/:handle/follow",
		idempotent: true,
		params: person,
		result: { type: "object", props: { followed: "boolean", followers: "number" } },
		example: { params: { handle: "ada" }, result: { followed: true, followers: 3 } }
	}),
	unfollow: action({
		summary: "Whoever is signed in follows somebody no more.",
		permission: "person",
		rest: "DELETE /users/:handle/follow",
		idempotent: true,
		params: person,
		result: { type: "object", props: { followed: "boolean", followers: "number" } },
		example: { params: { handle: "ada" }, result: { followed: false, followers: 2 } }
	}),
	followers: action({
		summary: "Who follows somebody, the latest first; those who are private are counted, and not shown.",
		permission: "person",
		rest: "GET /users/:handle/followers",
		params: { handle, ...paged },
		result: page(listed),
		example
	}),
	following: action({
		summary: "Whom somebody follows, the latest first.",
		permission: "person",
		rest: "GET /users/:handle/following",
		params: { handle, ...paged },
		result: page(listed),
		example
	})
};
