/** gateway: the door of the cluster. It answers over HTTP alone. */

import { contract } from "../contract";

export const gateway = contract("platform", "gateway", {
	actions: {},
	events: {
		/** Whoever sent this request is gone: what it caused ends, on every node. */
		left: { request: "string" }
	}
});
