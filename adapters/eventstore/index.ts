/** The event store: its port and the stores that a node without servers has. */

export { StoreBroken, StoreBusy, StoreClosed, StoreFull } from "../errors";
export { chunks } from "./chunks";
export * from "./eventstore";
export { openMemoryStore } from "./memory";
export { openSqliteStore } from "./sqlite";
export { versioned } from "./versioned";
