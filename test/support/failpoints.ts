/** Which failpoints a run passes; all others are tried by suites of their own. */

import { FAILPOINTS, type Failpoint } from "../../adapters/failpoints";

/** On its way back. */
export const UNDO: readonly Failpoint[] = ["restored", "undone"];
/** Durable events (announcements.kill), words of an operator (decisions), requests under a key (abuse-load), letters (mail), refresh tokens (sessions), jobs (jobs). */
const ELSEWHERE: readonly Failpoint[] = ["kept", "dealt", "decided", "unsaid", "posted", "rotated", "taken", "worked"];
/** On its way there. */
export const FORWARD: readonly Failpoint[] = FAILPOINTS.filter(name => ![...UNDO, ...ELSEWHERE].includes(name));
