/** The guesses at one panel, of all nodes that answer old links: how many are wrong is one count, how many are under way each node's own. */

import { ClusterCount } from "../../../cluster/redis";
import {
	Guesses,
	type GuessRules,
	type Origin,
	type Refused,
	type Ticket
} from "../../../domain/migration/subscriptions/guesses";
import type { SharedAttempt } from "../../../domain/throttle";

export class Guessing {
	private readonly own: Guesses;
	private readonly networks: ClusterCount;
	private readonly regions: ClusterCount;

	constructor(broker: object, rules: GuessRules, panel: string) {
		this.own = new Guesses(rules, () => performance.now());
		const { points, regions, windowMs } = rules;
		this.networks = new ClusterCount(broker, { name: `links\n${panel}`, most: points, windowMs });
		this.regions = new ClusterCount(broker, { name: `links of regions\n${panel}`, most: points * regions, windowMs });
	}

	/** As `Guesses` does: what this node refuses by itself is asked of nobody. */
	take(origin: Origin): Ticket | Refused | Promise<Ticket | Refused> {
		const own = this.own.take(origin);
		return this.networks.isShared ? this.shared(origin, own) : own;
	}

	private async shared(origin: Origin, asked: ReturnType<Guesses["take"]>): Promise<Ticket | Refused> {
		const own = await asked;
		if (own.kind !== "ticket") return own;
		const attempts = await this.attempts(origin);
		const refused = attempts.find(({ waitMs }) => waitMs > 0);
		if (!refused) return both(own, attempts);
		own.answered();
		both(own, attempts).settle(false);
		return refused.spent ? { kind: "spent", waitMs: refused.waitMs } : { kind: "busy" };
	}

	/** Of the region, then of the network; none where nobody counts for all. */
	private async attempts({ network, region }: Origin): Promise<SharedAttempt[]> {
		const ofRegion = region === undefined ? undefined : await this.regions.attempt(region);
		if (ofRegion && ofRegion.waitMs > 0) return [ofRegion];
		const ofNetwork = await this.networks.attempt(network);
		return [ofRegion, ofNetwork].filter(attempt => attempt !== undefined);
	}
}

const both = (own: Ticket, attempts: readonly SharedAttempt[]): Ticket => ({
	...own,
	settle: wrong => {
		own.settle(wrong);
		for (const attempt of attempts) attempt.settle(wrong);
	}
});
