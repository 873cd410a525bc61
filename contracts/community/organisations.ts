/** People who belong together, and what each of them may do there. */

import { action } from "../contract";
import { ada } from "./profiles";
import {
	handle,
	type Member,
	member,
	membership,
	organisation,
	page,
	paged,
	role,
	type ShownMembership,
	type ShownOrganisation
} from "./shapes";

const analysts: ShownOrganisation = {
	handle: "analysts",
	name: "Analysts",
	about: "",
	members: 1,
	role: "owner",
	createdAt: "2026-11-21T09:00:00.000Z"
};
const adaThere: Member = { ...ada, role: "owner", state: "member", since: analysts.createdAt };
const invitation: ShownMembership = {
	handle: "analysts",
	name: "Analysts",
	role: "member",
	state: "invited",
	since: analysts.createdAt
};
const name = { type: "string", min: 1, max: 80 } as const;
const about = { type: "string", max: 500, optional: true } as const;
const other = { handle, whom: { ...handle, summary: "The handle of the member." } } as const;

export const organisations = {
	create: action({
		summary: "Makes an organisation, whose owner is whoever is signed in.",
		permission: "person",
		rest: "POST /organisations",
		status: 201,
		location: "/organisations/:handle",
		params: { handle, name, about },
		result: organisation,
		example: { params: { handle: "analysts", name: "Analysts" }, result: analysts }
	}),
	organisation: action({
		summary: "An organisation by its handle.",
		permission: "person",
		rest: "GET /organisations/:handle",
		params: { handle },
		result: organisation,
		example: { params: { handle: "analysts" }, result: analysts }
	}),
	rename: action({
		summary: "Changes what an organisation says of itself; for its owners and admins.",
		permission: "person",
		rest: "PUT /organisations/:handle",
		idempotent: true,
		params: { handle, name: { ...name, optional: true }, about },
		result: organisation,
		example: { params: { handle: "analysts", name: "Analysts" }, result: analysts }
	}),
	dissolve: action({
		summary: "Ends an organisation; for its owners.",
		permission: "person",
		rest: "DELETE /organisations/:handle",
		idempotent: true,
		fresh: 900,
		params: { handle },
		result: organisation,
		example: { params: { handle: "analysts" }, result: analysts }
	}),
	memberships: action({
		summary: "The organisations that whoever is signed in belongs to, or is asked to join.",
		permission: "person",
		rest: "GET /users/me/organisations",
		secret: true,
		params: paged,
		result: page(membership),
		example: { params: {}, result: { items: [invitation], next: null } }
	}),
	members: action({
		summary: "Who belongs to an organisation; for its members.",
		permission: "person",
		rest: "GET /organisations/:handle/members",
		params: { handle, ...paged },
		result: page(member),
		example: { params: { handle: "analysts" }, result: { items: [adaThere], next: null } }
	}),
	invite: action({
		summary: "Asks somebody to join; for owners and admins, and for a role that is not above their own.",
		permission: "person",
		rest: "POST /organisations/:handle/invitations",
		idempotent: true,
		params: { ...other, role: { ...role, default: "member" } },
		result: member,
		example: {
			params: { handle: "analysts", whom: "ada" },
			result: { ...adaThere, role: "member", state: "invited" }
		}
	}),
	accept: action({
		summary: "Whoever is signed in joins an organisation that asked them to.",
		permission: "person",
		rest: "POST /organisations/:handle/accept",
		idempotent: true,
		params: { handle },
		result: organisation,
		example: { params: { handle: "analysts" }, result: { ...analysts, role: "member" } }
	}),
	leave: action({
		summary: "Whoever is signed in leaves an organisation, or declines to join; its last owner cannot.",
		permission: "person",
		rest: "POST /organisations/:handle/leave",
		idempotent: true,
		params: { handle },
		result: organisation,
		example: { params: { handle: "analysts" }, result: { ...analysts, role: null } }
	}),
	assign: action({
		summary: "Gives a member another role; for owners, and for admins among those who are none.",
		permission: "person",
		rest: "PUT /organisations/:handle/members/:whom",
		idempotent: true,
		params: { ...other, role },
		result: member,
		example: { params: { handle: "analysts", whom: "ada", role: "owner" }, result: adaThere }
	}),
	dismiss: action({
		summary: "Takes a member, or an invitation, away; for owners, and for admins where it is no owner.",
		permission: "person",
		rest: "DELETE /organisations/:handle/members/:whom",
		idempotent: true,
		params: other,
		result: organisation,
		example: { params: { handle: "analysts", whom: "ada" }, result: analysts }
	})
};
