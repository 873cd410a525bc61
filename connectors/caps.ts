/** How much is taken of a system at most: rows of the table of limits. What is beyond is refused, never read to its end. */

import type { SystemLimits } from "../contracts/cluster";
import { SYSTEM_LIMITS } from "../contracts/limits";
import { tableOf } from "../contracts/table";
import { settingIn } from "../domain/platform/setting";

const NAMES = [
	"panelAnswerBytes",
	"panelAnswerValues",
	"panelAnswerDepth",
	"panelHeaderBytes",
	"panelRecordBytes",
	"panelRecords",
	"panelListed"
] as const;
export type CapName = (typeof NAMES)[number];
export type Caps = Pick<SystemLimits, CapName>;

/** As the table has them, for whoever opens a connector without a node's settings. */
export const USUAL: Caps = tableOf(NAMES, name => Number(settingIn(SYSTEM_LIMITS[name]).fallback));
