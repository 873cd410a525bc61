/** The product as it is built: what runs in production is what is measured, not what a test runner makes of it. */

import { join } from "node:path";

export const ROOT = join(__dirname, "..");
export const DIST = join(ROOT, "dist");

/** A built module; `M` is the type of its source. */
export const built = <M>(module: string): M => require(join(DIST, module)) as M;
