/** How much is taken of a system at most: rows of the table of limits. What is beyond is refused, never read to its end. */

import { LIMITS, type Limits } from "../contracts/platform/limits";

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
export type Caps = Pick<Limits, CapName>;

/** As the table has them, for whoever opens a connector without a node's settings. */
export const USUAL: Caps = Object.fromEntries(NAMES.map(name => [name, LIMITS[name].fallback])) as unknown as Caps;
