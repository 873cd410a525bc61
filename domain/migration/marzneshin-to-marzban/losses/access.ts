import type { Meanings } from "../../../meaning";

export const accessLosses = {
	access_lost: {
		kind: "loss",
		streams: ["users"],
		severity: "act",
		says: "{records} can connect nowhere: the target has none of [its|their] inbounds.",
		means:
			"They exist at the target with their credentials and without an inbound. Which inbounds are missing, each record says; `noAccess: quarantine` would leave them at the source.",
		whom: ["operator", "reseller", "customer"],
		todo: "Add the inbounds to the target's core config or name their counterparts in `rules.inboundTags`, and give these users an inbound by hand.",
		customers: "You cannot connect at the moment: please ask whoever you have your account from."
	},
	inbound_dropped: {
		kind: "loss",
		streams: ["users", "services"],
		severity: "degraded",
		says: "{records} [has|have] fewer inbounds than at the source, because the target does not have them all.",
		means: "The others work. Which ones are missing, each record says.",
		whom: ["operator", "customer"],
		todo: "Add them to the target's core config, or name their counterparts in `rules.inboundTags`, before the run: `plan` writes their definitions to a file.",
		customers: "Some of the servers in your list are gone; the others work as before. Refresh your subscription."
	},
	service_unknown: {
		kind: "loss",
		streams: ["users"],
		severity: "act",
		says: "{records} [has|have] a service that was made after the plan, so its inbounds are not known.",
		means:
			"A run maps all records by what it knew at its plan. The inbounds of newer services are missing for these users.",
		whom: ["operator", "customer"],
		todo: "Give them its inbounds by hand, or plan anew under another name.",
		customers: "Some of the servers in your list may be missing; the others work as before."
	}
} as const satisfies Meanings;
