/** Old links: the port, and what a node without servers has behind it. */

export type { LinkStore } from "./linkstore";
export { openLinkStore } from "./sqlite";
