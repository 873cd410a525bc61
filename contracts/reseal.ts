/** What every contract says whose service keeps secrets: how they are sealed anew. */

import { action } from "./contract";

/** The name of the action, by which it is found. */
export const RESEAL = "reseal";

export const reseal = action({
	summary:
		"Seals what its service keeps with a key of that name, which is made where there is none; with `last` the keys before are forgotten where nothing needs them.",
	internal: ["access"],
	idempotent: true,
	timeout: 600_000,
	params: { key: "string|min:1|max:64", last: "boolean" },
	result: { type: "object", props: { left: "number", resealed: "number" } }
});
