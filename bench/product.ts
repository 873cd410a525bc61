/** The product as it is built: what runs in production is what is measured, not what a test runner makes of it. */

import { join } from "node:path";

/**
 * How `banyan` and `make start` begin Node. By itself V8 lets the young objects of a large machine take 128 MB, and they stay.
 */
export const NODE_FLAGS = ["--max-semi-space-size=16"];

export const ROOT = join(__dirname, "..");
export const DIST = join(ROOT, "dist");

/** A built module; `M` is the type of its source. */
export const built = <M>(module: string): M => require(join(DIST, module)) as M;
