/** JSON that may be looked at in a terminal, stand in a log, or within a page. It reads back as the same value. Pure. */

import { UNSEEN } from "./visible";

/** What JSON leaves as it is and a terminal does not. */
const STEERING = new RegExp(`(?![\\t\\n])[${UNSEEN}]`, "gu");
/** JSON has numbers for units alone. */
const unit = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
const byUnits = (found: string): string => found.split("").map(unit).join("");

/** JSON that was made before: what steers is in its texts alone. */
export const harmless = (json: string): string => json.replace(STEERING, byUnits);

/** A value as JSON, in one line unless `indent` says otherwise. */
export const jsonText = (value: unknown, indent?: string | number): string =>
	harmless(JSON.stringify(value, undefined, indent));

/** JSON within a script of a page: nothing in it ends the script, or a line of it. */
export const scriptJson = (value: unknown): string => jsonText(value).replace(/[<>&]/g, unit);
