import type { Meanings } from "../../meaning";

const admins = { kind: "loss", streams: ["admins"] } as const;

export const adminLosses = {
	sudo_dropped: {
		...admins,
		severity: "act",
		says: "{records} [was|were] sudo at the source and [is|are] a plain admin at the target.",
		means: "Marzban's API can neither edit nor remove a sudo, so a rollback could not take it back: none is made.",
		whom: ["operator", "reseller"],
		todo: "Make them sudo by hand, with Marzban's own command line, once you keep the move; with `database:` at the target they stay sudo."
	},
	admin_enabled: {
		...admins,
		severity: "act",
		says: "{records} [was|were] disabled at the source, and Marzban cannot disable an admin.",
		means: "The account exists there with a new password that nobody has but you.",
		whom: ["operator"],
		todo: "Keep the new password to yourself, or remove the account once its users have another owner."
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
