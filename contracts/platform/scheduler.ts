/** scheduler: jobs at times: by cron in a zone, once across all nodes. */

import { action, contract } from "../contract";

export const scheduler = contract("platform", "scheduler", {
	chapter: "Jobs",
	actions: {
		due: action({
			summary: "The jobs that are due, by their names.",
			internal: ["scheduler"],
			reads: true,
			params: {},
			result: "string[]"
		})
	}
});
