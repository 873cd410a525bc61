/** Actions by names that routes have, whose params and answers only their contracts know. */

import type { Readable } from "node:stream";
import type { ServiceBroker } from "moleculer";
import type { Broker, Meta } from "../../../cluster";

/** @returns what its contract says of it */
export const callByName = <R>(
	broker: Broker,
	action: string,
	params: object,
	meta: Meta = {},
	stream?: Readable
): Promise<R> =>
	(broker as unknown as ServiceBroker).call<R, object>(action, params, { meta, ...(stream && { stream }) });
