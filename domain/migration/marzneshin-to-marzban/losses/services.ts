import type { Meanings } from "../../../meaning";

export const serviceLosses = {
	service_renamed: {
		kind: "loss",
		streams: ["services"],
		severity: "info",
		says: "{records} [is|are] a user template of another name at the target.",
		means: "Its name was missing, too long or another service's as well; it ends in the service's id now.",
		whom: ["operator", "reseller"],
		todo: "Nothing, or rename the template."
	}
} as const satisfies Meanings;
