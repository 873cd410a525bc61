/** What a node keeps of plans and rehearsals, and how many looks it takes at systems at once. */

import type { SettingSpec, SettingsOf } from "../contract";

export const settings = {
	plans: {
		variable: "PLANS",
		live: true,
		rule: "number|integer|min:10|max:1000000|default:2000",
		summary: "plans that are kept and not begun"
	},
	plansEach: {
		variable: "PLANS_EACH",
		live: true,
		rule: "number|integer|min:1|max:1000000|default:100",
		summary: "those of one key; the oldest goes of a key that may only plan"
	},
	planDays: {
		variable: "PLAN_DAYS",
		live: true,
		rule: "number|integer|min:1|max:3650|default:30",
		summary: "days until a plan is forgotten that a key made which may only plan, and nobody began"
	},
	looks: {
		variable: "LOOKS",
		live: true,
		rule: "number|integer|min:1|max:10000|default:64",
		summary: "plans, checks and other looks at systems under way at once, on each node that runs `migration`"
	},
	looksEach: {
		variable: "LOOKS_EACH",
		live: true,
		rule: "number|integer|min:1|max:10000|default:16",
		summary: "those of one key"
	},
	dryRuns: {
		variable: "DRY_RUNS",
		live: true,
		rule: "number|integer|min:1|max:10000|default:16",
		summary: "dry runs that are kept, over or not, on each node that runs `migration`"
	},
	dryRunsEach: {
		variable: "DRY_RUNS_EACH",
		live: true,
		rule: "number|integer|min:1|max:10000|default:4",
		summary: "those of one key"
	},
	dryRunIdle: {
		variable: "DRY_RUN_IDLE",
		rule: "number|integer|min:1|max:604800|default:3600",
		summary: "how long a dry run is kept that nobody asks for",
		unit: "s"
	}
} as const satisfies Record<string, SettingSpec>;

export type Limits = SettingsOf<{ readonly settings: typeof settings }>;
