/** gateway: the door of the cluster. It answers over HTTP alone, and says who has gone. */

import { contract } from "../contract";

export const gateway = contract("platform", "gateway", {
	actions: {},
	events: {
		/** Whoever made this call waits for its answer no more. */
		left: { call: "string" }
	}
});
