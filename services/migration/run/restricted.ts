/** The broker of whoever may only plan: what the nodes are asked to connect to is marked, so that they go no further. */

import type { Broker } from "../../../cluster";
import { BY_OTHERS } from "../../../domain/migration/callers";

export function restricted(broker: Broker): Broker {
	const call = (action: never, params?: unknown, options?: never) =>
		broker.call(action, marked(params) as never, options);
	return Object.create(broker, { call: { value: call } }) as Broker;
}

const marked = (params: unknown): unknown => {
	const { connection } = (params ?? {}) as { connection?: object };
	return connection === undefined
		? params
		: { ...(params as object), connection: { ...connection, [BY_OTHERS]: true } };
};
