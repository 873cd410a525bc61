/** Whether the nodes that call this one have proven who they are: for what is decided by who calls. */

export type IdentityMode = "off" | "accept" | "require";

const modes = new WeakMap<object, IdentityMode>();

export const holdIdentityMode = (broker: object, mode: IdentityMode): void => void modes.set(broker, mode);

/** Nobody from elsewhere is heard who has not. */
export const requiresIdentity = (broker: object): boolean => modes.get(broker) === "require";
