import type { Meanings } from "../../../meaning";

const admins = { kind: "loss", streams: ["admins"] } as const;

export const adminLosses = {
	sudo_dropped: {
		...admins,
		severity: "act",
		says: "{records} [was|were] sudo at the source and [is|are] a plain admin at the target.",
		means:
			"Marzban's API can neither edit nor remove a sudo, so a rollback could not take it back: none is made, and nobody who stands there is changed.",
		whom: ["operator", "reseller"],
		todo: "Make them sudo by hand, with Marzban's own command line, once you keep the move; with `database:` at the target they stay sudo."
	},
	admin_locked: {
		...admins,
		severity: "degraded",
		says: "{records} [was|were] disabled at the source, and [has|have] no sudo and a password that nobody knows at the target.",
		means: "Marzban cannot disable an admin: this is the least that keeps their users theirs.",
		whom: ["operator", "reseller"],
		todo: "Nothing. To let them in again, give them a password, and sudo if they had it."
	},
	admin_raised: {
		...admins,
		severity: ["degraded", "act"],
		says: "{records} may more at the target, where somebody of the name stands already, than at the source.",
		means:
			"A plain admin has a sudo of that name there, or a disabled one an account that may log in. Nobody who stands there is changed; namesakes of a sudo are skipped (act); users who belong to them get the owner of that name.",
		whom: ["operator", "reseller"],
		todo: "Nothing, if it is the same person and they may. Else rename one of the two, or take the power from them at the target."
	},
	service_access_gained: {
		...admins,
		severity: "act",
		says: "{records} could use some services alone and may open every inbound at the target.",
		means: "Marzban does not limit an admin to inbounds.",
		whom: ["operator", "reseller"],
		todo: "Decide whether you trust them with all inbounds before you hand out their passwords."
	},
	modify_access_gained: {
		...admins,
		severity: "act",
		says: "{records} could only look at users and may change them at the target.",
		means: "Marzban has no read-only admins.",
		whom: ["operator", "reseller"],
		todo: "Decide whether you trust them with changes before you hand out their passwords."
	},
	prefix_dropped: {
		...admins,
		severity: "degraded",
		says: "{records} had a subscription address of [its|their] own and [has|have] the panel's at the target.",
		means:
			"Marzban has one subscription address for all. Old links on the old address live on where it leads to the gateway.",
		whom: ["operator", "reseller"],
		todo: "Let their domain lead to the gateway as well (docs/runbooks/old-links.md)."
	},
	usage_dropped: {
		...admins,
		severity: "info",
		says: "{records} [begins|begin] to count the traffic of [its|their] users anew.",
		means: "The API cannot store it. Nothing depends on it.",
		whom: ["reseller"],
		todo: "Nothing; settle accounts by the source's counters before the move."
	}
} as const satisfies Meanings;
