/** The event store: its port and the stores that a node without servers has. */

export { chunks } from "./chunks";
export * from "./eventstore";
export { openMemoryStore } from "./memory";
export { openSqliteStore } from "./sqlite";
