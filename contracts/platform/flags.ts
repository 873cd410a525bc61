/** flags: what is on for whom: flags by person, group and share, changed by revisions. */

import { action, contract } from "../contract";
import { CHANGED, KNOWN, snapshot } from "../revisions";

export const flags = contract("platform", "flags", {
	chapter: "Feature flags",
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
