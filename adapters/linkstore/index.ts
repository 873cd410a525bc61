/** Old links: the port, and what a node without servers has behind it. */

export type { LinkStore, StoredLink } from "./linkstore";
export { openLinkStore } from "./sqlite";
