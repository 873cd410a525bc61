/** What a definition of this mapping may choose: the streams it moves by itself, and its rules. */

import type { Definition } from "../../../contracts/migration/definition";
import type { Output, Schema } from "../../../contracts/schema";

export const RESETTING_PLANS = ["full", "shrink", "quarantine"] as const;
export const REFUSED_NAMES = ["rename", "quarantine"] as const;
export const LIMITED_USERS = ["disable", "oneByte", "quarantine"] as const;
export const NO_ACCESS = ["create", "quarantine"] as const;

export const defaultStreams = ["admins", "users"] as const;

export const rulesSchema = {
	/** Target tag by source tag, where they differ. */
	inboundTags: { type: "record", value: "string|min:1", default: {} },
	/**
	 * A plan whose traffic resets each period, partly used: `full` forgets this period's use once, `shrink` makes
	 * the rest the limit of every period, `quarantine` leaves the user.
	 */
	resettingPlans: { type: "enum", values: RESETTING_PLANS, default: "full" },
	/**
	 * A name that the target does not take, or that two users show: `rename` makes one of the name and the id,
	 * `quarantine` leaves the user.
	 */
	refusedNames: { type: "enum", values: REFUSED_NAMES, default: "rename" },
	/**
	 * A user without traffic left, where the target can only find that out by itself: `disable` until a human enables
	 * them, `oneByte` leaves them a limit of 1 byte, `quarantine` leaves the user. On a plan that resets it holds for
	 * users who are expired or disabled too: renewed, they would get it all again.
	 */
	limitedUsers: { type: "enum", values: LIMITED_USERS, default: "disable" },
	/** A user of whose inbounds the target has none: `create` them without any, or `quarantine`. */
	noAccess: { type: "enum", values: NO_ACCESS, default: "create" }
} as const satisfies Schema;

export type Rules = Output<typeof rulesSchema>;

/** As `rulesSchema` checked them when the definition was read. */
export const rulesOf = ({ rules }: Pick<Definition, "rules">): Rules => rules as Rules;
