/** Who keeps a ring of keys: a node in its data folder, or all nodes in the store that they share. */

import type { Sealer } from "./sealer";

export interface Keeper {
	readonly sealer: Sealer;
	/** Another key seals from now on. @param id of it: asked for twice it is one @returns once it does, on every node that shares the ring */
	renew(id: string): Promise<void>;
	/** No key opens anything any more but the newest. */
	retire(): Promise<void>;
	/** What another node made of the ring. */
	refresh(): Promise<void>;
}
