/** Collections: the port, and what a node without servers has behind it. */

export { StoreClosed } from "../errors";
export type { CollectionAdapter } from "./adapter";
export * from "./collection";
export { insertedOnce } from "./once";
export { Records } from "./records";
export { Relay } from "./relay";
export { SqliteAdapter } from "./sqlite";
