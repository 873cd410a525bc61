/** Questions to a gateway's kept answers, as routes ask them. */

import type { Keeping } from "../../domain/platform/kept/answer";
import { wishesIn } from "../../domain/platform/kept/wishes";
import type { Question } from "../../services/platform/gateway/kept/answers";

export const KEEPING: Keeping = { seconds: 60, staleSeconds: 300, isShared: true, until: [] };

export const question = (
	name: string,
	ask: () => Promise<unknown>,
	{ control, ...keeping }: Partial<Keeping> & { readonly control?: string } = {}
): Question => ({
	action: "slow.read",
	key: `key of ${name}`,
	keeping: { ...KEEPING, ...keeping },
	wishes: wishesIn({ "cache-control": control }),
	ask: async () => ({ data: await ask(), isKept: true })
});
