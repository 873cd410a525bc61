/** How the servers keep the cluster's events, as this node last heard. */

import type { Verdict } from "../domain/platform/keeping";

const known = new WeakMap<object, Verdict>();

/** Undefined where this node does not ask. */
export const keepingOf = (broker: object): Verdict | undefined => known.get(broker);

export const setKeeping = (broker: object, verdict: Verdict): void => void known.set(broker, verdict);
