/** Who asks with an old link, and how. */

import { currentCaller } from "../../../connectors/caller";
import type { RawRequest } from "../../../contracts/raw";
import { networkOf, regionOf } from "../../../domain/client-address";
import type { Origin } from "../../../domain/migration/subscriptions/guesses";

export interface Asker extends RawRequest {
	readonly origin: Origin;
	/** Nobody waits for the answer any more. */
	hasLeft(): boolean;
}

export function askerOf(request: RawRequest): Asker {
	const signal = currentCaller()?.signal;
	const { client } = request;
	return {
		...request,
		origin: { network: networkOf(client), region: regionOf(client) },
		hasLeft: () => signal?.aborted ?? false
	};
}

/** Without the query. */
export const pathOf = ({ target }: RawRequest): string => split(target)[0];

/** Without its question mark; empty where there is none. */
export const queryOf = ({ target }: RawRequest): string => split(target)[1];

function split(target: string): readonly [path: string, query: string] {
	const at = target.indexOf("?");
	return at < 0 ? [target, ""] : [target.slice(0, at), target.slice(at + 1)];
}
