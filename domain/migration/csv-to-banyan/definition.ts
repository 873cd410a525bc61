/** What a definition of this mapping may choose. */

import type { Definition } from "../../../contracts/migration/definition";
import type { Output, Schema } from "../../../contracts/schema";

export const defaultStreams = ["accounts"] as const;

const column = { type: "string", max: 200 } as const;

export const rulesSchema = {
	/** Which column of the file says what; an empty name: none does. */
	columns: {
		type: "object",
		default: {},
		props: {
			email: { ...column, min: 1, default: "email" },
			name: { ...column, default: "name" },
			verified: { ...column, default: "verified" },
			/** Says whether somebody may come in: yes, true, 1, active. */
			active: { ...column, default: "active" },
			createdAt: { ...column, default: "created_at" }
		}
	},
	/** A hash that nothing here can check: `reset` moves its owner, who chooses a new password by a letter; `leave` leaves them. */
	unknownHashes: { type: "enum", values: ["reset", "leave"], default: "reset" },
	/** A bare MD5 or SHA: `take` moves it, where the target's PASSWORDS_UNSALTED allows it. */
	unsaltedHashes: { type: "enum", values: ["reset", "leave", "take"], default: "reset" },
	/** Whoever may not come in any more: `move` them disabled, or `leave` them. */
	inactive: { type: "enum", values: ["move", "leave"], default: "move" }
} as const satisfies Schema;

export type Rules = Output<typeof rulesSchema>;

/** As `rulesSchema` checked them when the definition was read. */
export const rulesOf = ({ rules }: Pick<Definition, "rules">): Rules => rules as Rules;
