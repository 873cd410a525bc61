/** The event store: its port and the stores that a node without servers has. */

export { chunks } from "./chunks";
export * from "./eventstore";
export { type MemoryOptions, openMemoryStore } from "./memory";
export { openSqliteStore, type SqliteOptions } from "./sqlite";
