/** How each action of the cluster is called, as the contracts say it. */

import { CONTRACTS } from "../../../contracts/cluster";
import type { ActionSpec } from "../../../contracts/contract";
import type { Asked } from "../callers/rights";

export interface Conduct {
	/** Twice is once, and at once, too: it changes nothing, or the same. */
	readonly idempotent: boolean;
	/** It is so where it is asked for under a key. */
	readonly keyed: boolean;
	/** The longest that a call may take, in ms. */
	readonly timeoutMs: number | undefined;
	/** How long a try waits for an answer, in ms. */
	readonly tryMs: number;
	/** It is told where a request comes from; which cookies came with it. */
	readonly client: boolean;
	readonly cookies: boolean;
	/** What is asked of a caller from outside; null: it is for the cluster's own calls. */
	readonly asked: Asked | null;
}

const isRead = ({ reads, rest }: ActionSpec): boolean => reads === true || rest?.startsWith("GET ") === true;

const conductIn = (spec: ActionSpec): Conduct => ({
	idempotent: isRead(spec) || (spec.idempotent === true && spec.leased !== true),
	keyed: spec.keyed === true,
	timeoutMs: spec.timeout,
	tryMs: spec.tryTimeout ?? Number.POSITIVE_INFINITY,
	client: spec.client === true,
	cookies: (spec.cookies ?? []).length > 0,
	asked:
		spec.permission === undefined
			? null
			: { permission: spec.permission, fresh: spec.fresh ?? null, reads: isRead(spec) }
});

const ALL: ReadonlyMap<string, Conduct> = new Map(
	CONTRACTS.flatMap(({ name, actions }) =>
		Object.entries(actions).map(([key, spec]) => [`${name}.${key}`, conductIn(spec)] as const)
	)
);

/** Undefined: it is none of the contracts'. */
export const conductOf = (action: string): Conduct | undefined => ALL.get(action);

/** May it be done twice? @param once what is asked for, by the name of its key */
export const twiceIsOnce = (action: string, once: unknown): boolean => {
	const conduct = conductOf(action);
	return conduct?.idempotent === true || (conduct?.keyed === true && once !== undefined);
};
