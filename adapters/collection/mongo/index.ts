/** Collections in MongoDB. Apart from ../index, for only the nodes of a cluster load the driver. */

export { MongoAdapter, type MongoOptions } from "./adapter";
