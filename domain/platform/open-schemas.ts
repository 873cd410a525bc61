/** What the answers of the routes that the gateway answers by itself are made of. */

import type { Json } from "../../contracts/json";

export const text: Json = { type: "string" };
/** All of these fields but some that may lack, and no others. */
export const fields = (properties: Json, optional: readonly string[] = []): Json => ({
	type: "object",
	properties,
	required: Object.keys(properties).filter(name => !optional.includes(name)),
	additionalProperties: false
});
export const listOf = (items: Json): Json => ({ type: "array", items });
export const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });

/** What the answers of these routes are made of: goes to the document's components. */
export const OPEN_SCHEMAS: Readonly<Record<string, Json>> = {
	HealthState: {
		enum: ["up", "degraded", "down"],
		description: "`degraded`: it answers, but not all of it is there."
	},
	ServiceHealth: fields(
		{
			name: text,
			status: ref("HealthState"),
			nodes: { ...listOf(text), description: "The nodes that run it." },
			why: { ...text, description: "What it cannot reach though nodes run it, since when." }
		},
		["why"]
	),
	Check: fields({
		name: { ...text, description: "`database`, `memory`, `disk`, `transporter` …" },
		status: ref("HealthState"),
		message: { ...text, description: "What was found, in one sentence." }
	}),
	Health: fields({
		status: ref("HealthState"),
		version: text,
		node: text,
		uptimeSeconds: { type: "number", minimum: 0 }
	}),
	Limit: fields({
		name: text,
		variable: { ...text, description: "The environment's variable that sets it." },
		value: { type: "number" },
		unit: { type: ["string", "null"], description: "bytes, ms or s; null where it counts things." },
		says: text
	}),
	RegisteredNode: fields({
		id: text,
		available: { type: "boolean" },
		services: listOf(text)
	})
};
