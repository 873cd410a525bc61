/** config: settings of the services, changed for the whole cluster by revisions. */

import { action, contract } from "../contract";
import { CHANGED, KNOWN, snapshot } from "../revisions";

export const config = contract("platform", "config", {
	chapter: "Configuration",
	actions: {
		snapshot: action({
			summary: "All that is set as of the newest revision, for a node that follows it.",
			internal: ["*"],
			reads: true,
			params: KNOWN,
			result: snapshot
		})
	},
	events: { changed: CHANGED }
});
