/** users: people as others see them, what they chose, who follows whom, who belongs together; and what is theirs to ask for. */

import { action, contract } from "../contract";
import { SWEEPS, sweptAt } from "../jobs";
import { reseal } from "../reseal";
import { follows } from "./follows";
import { organisations } from "./organisations";
import { profiles } from "./profiles";
import { rights } from "./rights";

export const users = contract("community", "users", {
	chapter: "Users",
	stores: ["secrets"],
	scopes: {
		"users:read": "look at all people, and at reports of erasures",
		"users:manage": "end somebody's account for good, where they asked for it"
	},
	errors: {
		USER_NOT_FOUND: {
			status: 404,
			title: "No such person",
			means: "Nobody has this handle, or nobody who shows themselves to you.",
			todo: "Look for them with `GET /api/v1/users/search`."
		},
		HANDLE_TAKEN: {
			status: 409,
			title: "The handle is taken",
			means: "A person or an organisation has it.",
			todo: "Choose another one."
		},
		ORGANISATION_NOT_FOUND: {
			status: 404,
			title: "No such organisation",
			means: "None has this handle; or, of an invitation or a member, there is none of this person.",
			todo: "Look at `GET /api/v1/users/me/organisations`."
		},
		OWNER_NEEDED: {
			status: 409,
			title: "An organisation needs an owner",
			means: "Whoever is to leave, or to have another role, is the last owner.",
			todo: "Make somebody else an owner first, or end the organisation."
		},
		EXPORT_NOT_FOUND: {
			status: 404,
			title: "Nothing was gathered",
			means: "No export of this person was asked for within the last hour.",
			todo: "Ask for one with `POST /api/v1/users/me/export`."
		},
		ERASURE_NOT_FOUND: {
			status: 404,
			title: "No such erasure",
			means:
				"None has this id, or the token is not its own, or it is long ago; or none waits that could be taken back.",
			todo: "Look at the answer that was given when it was asked for."
		}
	},
	settings: {
		following: {
			variable: "FOLLOWING",
			live: true,
			rule: "number|integer|min:1|max:1000000|default:10000",
			summary: "people whom one person follows"
		},
		organisations: {
			variable: "ORGANISATIONS",
			live: true,
			rule: "number|integer|min:1|max:10000|default:100",
			summary: "organisations that one person belongs to"
		},
		members: {
			variable: "ORGANISATION_MEMBERS",
			live: true,
			rule: "number|integer|min:1|max:1000000|default:10000",
			summary: "members of one organisation, with those who are asked to join"
		},
		preferenceBytes: {
			variable: "PREFERENCE_BYTES",
			live: true,
			rule: "number|integer|min:1024|max:1048576|default:16384",
			summary: "the bytes of one person's preferences",
			unit: "bytes"
		},
		exportBytes: {
			variable: "EXPORT_BYTES",
			rule: "number|integer|min:1024|max:8388608|default:4194304",
			summary: "the bytes of one person's export",
			unit: "bytes"
		},
		graceS: {
			variable: "ERASURE_GRACE",
			rule: "number|integer|min:0|max:2592000|default:0",
			summary: "how long an erasure can be taken back before it begins",
			unit: "s"
		},
		reportDays: {
			variable: "ERASURE_REPORTS",
			rule: "number|integer|min:1|max:3650|default:365",
			summary: "how long the report of an erasure is kept",
			unit: "days"
		}
	},
	actions: {
		...profiles,
		...follows,
		...organisations,
		...rights,
		reseal,
		sweep: action({
			summary: "Does what is due of people: erasures whose grace is over, exports that are old.",
			...SWEEPS
		})
	},
	jobs: {
		sweep: sweptAt("* * * * *", "Does what is due of people: erasures whose grace is over, exports that are old.")
	},
	events: {
		/** Somebody has a profile; whoever was brought is not to be welcomed. */
		made: { account: "string", adopted: "boolean|optional" },
		/** Of a profile. */
		changed: { account: "string" },
		followed: { follower: "string", followed: "string" },
		unfollowed: { follower: "string", followed: "string" }
	},
	durable: {
		made: { key: "account" },
		changed: { key: "account" },
		// Of two by the same person the last one counts.
		followed: { key: "follower" },
		unfollowed: { key: "follower" }
	}
});
