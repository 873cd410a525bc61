/** config: settings of the services, changed for the whole cluster by revisions. */

import { action, contract } from "../contract";
import { CHANGED, KNOWN, snapshot } from "../revisions";

/** Where nobody says another one. */
export const DEFAULT_ENVIRONMENT = "default";

const environment = {
	type: "string",
	pattern: "^[a-z][a-z0-9-]{0,39}$",
	default: DEFAULT_ENVIRONMENT,
	summary: "Whose nodes read it: small letters, digits and -, such as `production`."
} as const;

export const config = contract("platform", "config", {
	chapter: "Configuration",
	actions: {
		snapshot: action({
			summary: "All that is set as of the newest revision, for a node that follows it.",
			internal: ["*"],
			reads: true,
			params: { environment, ...KNOWN },
			result: snapshot
		})
	},
	events: {
		/** A revision is kept. */
		changed: CHANGED
	}
});
