/** Feature flags for tests. */

import type { Flag, FlagSet } from "../../contracts/platform/flag-shapes";
import { type CompiledSet, compiled } from "../../domain/platform/flags/compiled";

/** One that a quarter of all have, and whoever is of the staff. */
export const flagOf = (more: Partial<Flag> = {}): Flag => ({
	kind: "boolean",
	variants: { on: true, off: false },
	defaultVariant: "off",
	offVariant: "off",
	enabled: true,
	rules: [
		{ name: "staff", groups: ["staff"], variant: "on" },
		{ name: "rollout", percent: 25, variant: "on" }
	],
	owner: "payments",
	expires: "2999-12-31",
	description: "",
	...more
});

export const setOf = (flags: FlagSet["flags"]): CompiledSet => compiled({ flags });
export const oneOf = (more: Partial<Flag>): CompiledSet => setOf({ flag: flagOf(more) });
