import type { Meanings } from "../../../meaning";

/** Of every stream whose names the target's database compares. */
export const nameLosses = {
	namesake: {
		kind: "loss",
		streams: ["admins", "services", "users"],
		severity: "act",
		says: "{records} [was|were] not made: another one stands at the target under a name that its database takes for the same.",
		means:
			"Marzban's database may compare names without case, accents, blanks at the end, or emoji. Then neither of two such names can be made beside the other, and a look-up of one finds the other. Nobody is written over for it; users of such an admin are not given to the other one.",
		whom: ["operator", "reseller"],
		todo: "Rename one of the two, at the source or at the target, then run `banyan migration repair`.",
		customers: "Your account has not been moved yet: please ask whoever you have it from."
	}
} as const satisfies Meanings;
