/**
 * Whoever asks for a link that nobody has proven yet may be guessing. A question costs a point before it is asked; it comes
 * back where the link proves good, and where nobody can say. So however many are asked at once, no more than the points of
 * a network are ever wrong. How many are under way at one panel is bounded, for a network and for all of them together, so
 * that there is always room for customers whose links are known. Pure: whoever asks says what time it is.
 */

import { nth } from "../../there";

export interface GuessRules {
	/** Wrong questions of one network within the window. */
	readonly points: number;
	/** Of all networks of one provider's customer, a /48 of IPv6, as many times that. */
	readonly regions: number;
	readonly windowMs: number;
	/** Under way at once, of one network and of all. */
	readonly ofOne: number;
	readonly ofAll: number;
	/** That wait for their turn. */
	readonly waitingOfOne: number;
	readonly waitingOfAll: number;
	/** Networks that are remembered: of more, the oldest are forgotten. */
	readonly networks: number;
}

export const GUESS_RULES: GuessRules = {
	points: 30,
	regions: 10,
	windowMs: 60_000,
	ofOne: 16,
	ofAll: 32,
	waitingOfOne: 64,
	waitingOfAll: 1024,
	networks: 65_536
};

/** Where somebody asks from: the network, and the larger one that it is of, where there is one. */
export interface Origin {
	readonly network: string;
	readonly region?: string | undefined;
}

/** A question that may be asked. Both are called once. */
export interface Ticket {
	readonly kind: "ticket";
	/** The panel has answered: the next one may be asked. */
	answered(): void;
	/** Was it a wrong one? Else its point comes back. */
	settle(wrong: boolean): void;
}
export type Refused =
	/** Too many wrong ones came from there. */
	| { readonly kind: "spent"; readonly waitMs: number }
	/** There are too many at once, whoever they are of. */
	| { readonly kind: "busy" };

interface Counted {
	spent: number;
	/** Points of questions that are not settled. */
	reserved: number;
	running: number;
	until: number;
}

interface Waiting {
	readonly origin: Origin;
	readonly take: (taken: Ticket | Refused) => void;
}

/** The guesses at one panel. */
export class Guesses {
	/** By network, the oldest first. */
	private readonly counts = new Map<string, Counted>();
	/** By network, in turn. */
	private readonly queues = new Map<string, Waiting[]>();
	private waiting = 0;
	private running = 0;

	constructor(
		private readonly rules: GuessRules,
		private readonly now: () => number
	) {}

	/** At once, or when it is that network's turn. */
	take(origin: Origin): Ticket | Refused | Promise<Ticket | Refused> {
		const spent = this.spent(origin);
		if (spent) return spent;
		if (this.mayAsk(origin)) return this.ticket(origin);
		const queue = this.queues.get(origin.network) ?? [];
		if (queue.length >= this.rules.waitingOfOne || this.waiting >= this.rules.waitingOfAll) return { kind: "busy" };
		this.queues.set(origin.network, queue);
		this.waiting++;
		return new Promise(take => queue.push({ origin, take }));
	}

	/** How many networks are remembered. */
	get size(): number {
		return this.counts.size;
	}

	private spent({ network, region }: Origin): Refused | undefined {
		const now = this.now();
		const waits = [this.over(network, 1, now), this.over(region, this.rules.regions, now)];
		const waitMs = Math.max(...waits);
		return waitMs > 0 ? { kind: "spent", waitMs } : undefined;
	}

	/** How long it must wait, where all its points are spent. */
	private over(key: string | undefined, times: number, now: number): number {
		const counted = key === undefined ? undefined : this.counts.get(key);
		if (!counted || counted.until <= now || counted.spent < this.rules.points * times) return 0;
		return counted.until - now;
	}

	private mayAsk({ network, region }: Origin): boolean {
		const { points, regions, ofOne, ofAll } = this.rules;
		return (
			this.running < ofAll && this.hasRoom(network, points, ofOne) && this.hasRoom(region, points * regions, ofAll)
		);
	}

	private hasRoom(key: string | undefined, points: number, ofOne: number): boolean {
		const counted = key === undefined ? undefined : this.counts.get(key);
		if (!counted) return true;
		const spent = counted.until > this.now() ? counted.spent : 0;
		return counted.running < ofOne && spent + counted.reserved < points;
	}

	private ticket({ network, region }: Origin): Ticket {
		const counted = [network, region].flatMap(key => (key === undefined ? [] : [this.counted(key)]));
		this.running++;
		for (const each of counted) {
			each.running++;
			each.reserved++;
		}
		return {
			kind: "ticket",
			answered: () => {
				this.running--;
				for (const each of counted) each.running--;
				this.goOn();
			},
			settle: wrong => {
				for (const each of counted) this.settled(each, wrong);
				if (!wrong) this.forgetIdle(network, region);
				this.goOn();
			}
		};
	}

	private settled(counted: Counted, wrong: boolean): void {
		counted.reserved--;
		if (!wrong) return;
		const now = this.now();
		if (counted.until <= now) {
			counted.spent = 0;
			counted.until = now + this.rules.windowMs;
		}
		counted.spent++;
	}

	private counted(key: string): Counted {
		let counted = this.counts.get(key);
		if (!counted) {
			this.makeRoom();
			counted = { spent: 0, reserved: 0, running: 0, until: 0 };
			this.counts.set(key, counted);
		}
		return counted;
	}

	/** Whoever has a question under way is not forgotten: they are few. */
	private makeRoom(): void {
		if (this.counts.size < this.rules.networks) return;
		for (const [key, { reserved, running }] of this.counts) {
			if (reserved > 0 || running > 0) continue;
			this.counts.delete(key);
			return;
		}
	}

	private forgetIdle(...keys: readonly (string | undefined)[]): void {
		for (const key of keys) {
			if (key === undefined) continue;
			const counted = this.counts.get(key);
			if (counted && counted.spent + counted.reserved + counted.running === 0) this.counts.delete(key);
		}
	}

	/** One of each network in turn, as long as there is room. */
	private goOn(): void {
		for (const [network, queue] of this.queues) {
			if (this.running >= this.rules.ofAll) return;
			this.serve(network, queue);
		}
	}

	private serve(network: string, queue: Waiting[]): void {
		const { origin } = nth(queue, 0);
		const spent = this.spent(origin);
		if (spent) for (const { take } of this.leaving(network, queue, queue.length)) take(spent);
		else if (this.mayAsk(origin)) this.leaving(network, queue, 1)[0]?.take(this.ticket(origin));
	}

	/** So many of a queue; the rest of it waits behind all the others. */
	private leaving(network: string, queue: Waiting[], count: number): Waiting[] {
		this.queues.delete(network);
		const leaving = queue.splice(0, count);
		this.waiting -= leaving.length;
		if (queue.length > 0) this.queues.set(network, queue);
		return leaving;
	}
}
