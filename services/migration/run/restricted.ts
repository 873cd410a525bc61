/** The broker of whoever may only plan: what the nodes are asked to connect to is marked, so that they go no further. */

import type { Broker } from "../../../cluster";
import { BY_OTHERS } from "../../../domain/migration/callers";
import { isFields } from "../../../domain/unknown";

export function restricted(broker: Broker): Broker {
	const call = (action: never, params?: unknown, options?: never) =>
		broker.call(action, marked(params) as never, options);
	return Object.create(broker, { call: { value: call } }) as Broker;
}

const marked = (params: unknown): unknown => {
	if (!isFields(params) || !isFields(params.connection)) return params;
	return { ...params, connection: { ...params.connection, [BY_OTHERS]: true } };
};
