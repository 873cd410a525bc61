/** Collections in MongoDB. Apart from ../index, for only the nodes of a cluster load the driver. */

export { MongoAdapter } from "./adapter";
export type { MongoOptions } from "./options";
