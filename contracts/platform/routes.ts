/** routes: paths, bodies and answers of older APIs as data: each leads to an action, with its shapes. */

import { action, contract } from "../contract";
import { CHANGED, KNOWN, snapshot } from "../revisions";

export const routes = contract("platform", "routes", {
	chapter: "Routes",
	actions: {
		snapshot: action({
			summary: "All that is set as of the newest revision, for a node that follows it.",
			internal: ["gateway"],
			reads: true,
			params: KNOWN,
			result: snapshot
		})
	},
	events: { changed: CHANGED }
});
