/** Secrets at rest: what they are sealed and derived with, and who keeps that. The keeper of a cluster is loaded with it. */

export { decrypt, encrypt } from "./cipher";
export { fileKeeper, secretKey } from "./file";
export type { Keeper } from "./keeper";
export type { Sealer } from "./sealer";
