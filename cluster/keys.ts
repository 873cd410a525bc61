/** The cluster's keys, as the middleware that seals with them found them: for what else is sealed under them on this node. */

const held = new WeakMap<object, readonly Buffer[]>();

export const holdKeys = (broker: object, keys: readonly Buffer[]): void => void held.set(broker, keys);

/** None on a node without a transporter. */
export const keysOf = (broker: object): readonly Buffer[] => held.get(broker) ?? [];
