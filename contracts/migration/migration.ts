/** migration: one run of a definition, from plan to certificate. */

import { action, contract } from "../contract";
import { SWEEPS, sweptAt } from "../jobs";
import { reseal } from "../reseal";
import { errors } from "./errors";
import { metrics } from "./metrics";
import { planning } from "./planning";
import { reading } from "./reading";
import { running } from "./running";
import { settings } from "./settings";
import { PHASES } from "./status";

export type { DifferenceLine, Lines, LinkLine, LogLine } from "./lines";
export type { Begun, BegunStream, Plan, StreamPlan } from "./plan";
export type { Ends, WayOptions } from "./reading";
export {
	type Counted,
	type LossCount,
	PHASES,
	type Phase,
	type Side,
	type Status,
	type StreamStatus,
	type Verdict
} from "./status";

export const migration = contract("migration", "migration", {
	required: true,
	stores: ["events"],
	scopes: {
		"migration:read": "look at migrations, their reports and differences",
		"migration:plan": "look at both sides of a definition, and rehearse it",
		"migration:run": "begin, stop and put back migrations; read what carries secrets of customers"
	},
	errors,
	settings,
	metrics,
	actions: {
		...planning,
		...running,
		...reading,
		reseal,
		sweep: action({ summary: "Forgets plans that nobody began, approved, or asked for again for long.", ...SWEEPS })
	},
	jobs: { sweep: sweptAt("23 * * * *", "Forgets plans that nobody began, approved, or asked for again for long.") },
	events: {
		/** Something was recorded of it: there is more to read. */
		progressed: { name: "string" },
		/** A migration came to its end or stopped on an error. */
		ended: { name: "string", phase: { type: "enum", values: PHASES }, failure: { type: "string", nullable: true } }
	},
	durable: { ended: { key: "name" } }
});
