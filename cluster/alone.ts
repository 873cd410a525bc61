/** A node without a transporter meets no other: what it does not run itself is never there. */

import type { ServiceBroker } from "moleculer";
import { CONTRACTS } from "../contracts/cluster";

/** The services without which a server is not whole, as their contracts say. */
export const NEEDED = CONTRACTS.filter(({ required }) => required).map(({ name }) => name);

type Node = Pick<ServiceBroker, "transit" | "getLocalService">;

/** Those of them that no waiting brings. */
export const neverThere = (broker: Node): string[] =>
	broker.transit ? [] : NEEDED.filter(name => !broker.getLocalService(name));

/** What to say of them at the start; undefined where there are none. */
export function aloneWords(broker: Node): string | undefined {
	const names = neverThere(broker).join(", ");
	if (names === "") return undefined;
	return `There is no transporter, so ${names} can never come: set TRANSPORTER to where nodes meet, or add them to SERVICES.`;
}
