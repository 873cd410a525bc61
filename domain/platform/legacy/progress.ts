/** How far people of an old system have come. Pure. */

import type { Progress } from "../../../contracts/platform/legacy";
import type { Description } from "./description";

interface Known {
	readonly asked: boolean;
	readonly away: boolean;
	readonly description?: Pick<Description, "until" | "days" | "active">;
	readonly arrived?: { readonly lazy: number; readonly bulk: number; readonly active: number; readonly lately: number };
}

const NOBODY = { lazy: 0, bulk: 0, active: 0, lately: 0 };

/** Of active people those count as here before who needed the old system no more when they came. */
export function progressOf({ asked, away, description, arrived = NOBODY }: Known): Progress {
	const { lazy, bulk, active, lately } = arrived;
	const before = Math.max(0, active - lately);
	const expected = description?.active ?? null;
	return {
		asked,
		until: description?.until ?? null,
		away,
		lazy,
		bulk,
		days: description?.days ?? 0,
		active,
		before,
		share: active === 0 ? null : before / active,
		expected,
		moved: expected === null ? null : Math.min(1, active / expected)
	};
}
