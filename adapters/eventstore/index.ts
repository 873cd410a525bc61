/** The event store: its port, the stores that a node without servers has; the one of a cluster is loaded where it is needed. */

export { StoreBroken, StoreBusy, StoreClosed, StoreFull } from "../errors";
export { chunks } from "./chunks";
export * from "./eventstore";
export { openLater } from "./later";
export { openMemoryStore } from "./memory";
export { openSqliteStore } from "./sqlite";
export { versioned } from "./versioned";
