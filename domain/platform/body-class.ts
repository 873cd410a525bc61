/** How large the body of a route may be: a setting for each kind of route that takes one. Pure. */

import type { SettingSpec } from "../../contracts/contract";
import { gateway } from "../../contracts/platform/gateway";
import { PUBLIC, type Route } from "./routes";

/** Whose limit it is, by its key among the gateway's settings. */
export type BodyClass = "smallBytes" | "bodyBytes" | "uploadBytes";

/** Of whom nobody knows only what is small is read; what goes on as it comes may be larger than what is parsed. */
export function bodyClassOf({ body, permission }: Pick<Route, "body" | "permission">): BodyClass {
	if (body === "raw" || body === "multipart") return "uploadBytes";
	return body === "json" && permission === PUBLIC ? "smallBytes" : "bodyBytes";
}

const SETTINGS: Readonly<Record<BodyClass, SettingSpec>> = gateway.settings;

/** The variable that sets it. */
export const limitVariable = (of: BodyClass): string => SETTINGS[of].variable;
