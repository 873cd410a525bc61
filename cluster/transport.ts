/** What a message between nodes may hold. */

import { propertyOf } from "../domain/unknown";

/** Where NATS's client keeps what its server says on connecting. */
const AT = ["transit", "tx", "client", "info", "max_payload"];

/** The most bytes of a message; undefined where all runs in this process. */
export function mostMessageBytes(broker: object): number | undefined {
	const most = AT.reduce<unknown>(propertyOf, broker);
	return typeof most === "number" ? most : undefined;
}
