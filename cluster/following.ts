/**
 * A node follows what a service keeps by revisions (`config`, `flags`, `routes`): it asks when it starts, when it is told of a
 * change, and from time to time by the hash alone, so that what it was not told is found out all the same. What it has is
 * taken as a whole, and kept in a signed copy for a start without the service.
 */

import type { KnownGoodFile } from "../adapters/known-good";
import { NODE_METRICS } from "../contracts/node-metrics";
import { type FollowedSet, type FollowState, type Origin, verdictOn, type Whole } from "../domain/platform/following";
import { fieldsOf, messageOf } from "../domain/unknown";
import { actingAs } from "./acting";
import type { Broker } from "./index";
import { registerMetrics } from "./measuring";

/** How soon it asks again where nobody answered, in ms. */
const AGAIN_MS = 1_000;
/** Nobody waits longer for an answer, in ms. */
const PATIENCE_MS = 3_000;
/** So long nobody has to prove it, in ms. */
const STALE_MS = 10_000;
/** How often a copy is marked as still the newest, in ms. */
const CONFIRM_MS = 30_000;

const { revision: revisionMetric, revisionStale } = NODE_METRICS;

const WHY = {
	torn: "What was sent is not what its hash says.",
	lower: "A lower revision was told than this node has."
} as const;

export interface Means {
	/** What it is called in what is announced of it. */
	readonly name: string;
	/** What it is asked for with. */
	readonly params: object;
	/** How often the hash is compared. */
	readonly compareMs: number;
	/** Undefined: this node keeps none. */
	readonly file: KnownGoodFile | undefined;
	/** In whose name it asks: a service of this node. */
	readonly as: () => string | undefined;
	/** By the wall's clock, in ms. */
	readonly now: () => number;
}

type Hear = () => void;

/** As far as this node knows: asked without a call, which would count as one that failed. */
const isThere = ({ registry }: Broker, action: string): boolean =>
	(registry as unknown as Registry).actions.isAvailable(action);
interface Registry {
	readonly actions: { isAvailable(action: string): boolean };
}

export class Following {
	private whole: Whole | undefined;
	private origin: Origin = "none";
	/** When it was last known to be the newest. */
	private provenMs: number;
	private lower = 0;
	private why: string | null = null;
	private confirmedMs = 0;
	private isStale = false;
	private asking: Promise<void> | undefined;
	private isToldMeanwhile = false;
	private isKept = true;
	private isOver = false;
	private timer: NodeJS.Timeout | undefined;
	private readonly hearers = new Set<Hear>();

	/** @throws CopyTouched where the copy was */
	constructor(
		private readonly broker: Broker,
		readonly set: FollowedSet,
		private readonly means: Means
	) {
		registerMetrics(broker as never, { revisionMetric, revisionStale });
		this.provenMs = means.now();
		this.fromCopy();
		this.measure();
	}

	private fromCopy(): void {
		const copy = this.means.file?.read();
		if (!copy) return;
		[this.whole, this.origin, this.provenMs] = [copy.snapshot, "copy", copy.at.getTime()];
	}

	/** All of one revision; undefined: nothing was ever set, as far as this node knows. */
	get now(): Whole | undefined {
		return this.whole;
	}

	get state(): FollowState {
		return {
			set: this.set,
			revision: this.whole?.revision ?? 0,
			hash: this.whole?.hash ?? "",
			origin: this.origin,
			staleSince: this.isStale ? new Date(this.provenMs).toISOString() : null,
			why: this.isStale ? this.why : null
		};
	}

	/** @returns what ends it */
	onChange(hear: Hear): () => void {
		this.hearers.add(hear);
		return () => void this.hearers.delete(hear);
	}

	begin(): void {
		this.again(0);
	}

	end(): void {
		this.isOver = true;
		clearTimeout(this.timer);
		this.hearers.clear();
	}

	/** Somebody says that there is another one. */
	told(change: unknown): void {
		const { set, hash, revision } = fieldsOf(change);
		if (set !== this.means.name) return;
		if (hash !== this.whole?.hash || revision !== this.whole?.revision) void this.ask();
	}

	/** Other services are there than before: perhaps the one that was away. */
	met(): void {
		if (this.why !== null) void this.ask();
	}

	/** Never fails: what it had, it goes on with. One question at a time; what is told meanwhile is asked after it. */
	ask(): Promise<void> {
		this.isToldMeanwhile = this.asking !== undefined;
		this.asking ??= this.askAll().finally(() => {
			this.asking = undefined;
		});
		return this.asking;
	}

	private async askAll(): Promise<void> {
		do {
			this.isToldMeanwhile = false;
			await this.askOnce();
		} while (this.isToldMeanwhile && !this.isOver);
	}

	private async askOnce(): Promise<void> {
		try {
			if (!isThere(this.broker, this.action)) throw new Error(`No node runs '${this.set}' now.`);
			this.settle(await this.call(this.whole?.hash));
		} catch (error) {
			this.unproven(messageOf(error));
		}
		this.again(this.why === null ? this.means.compareMs : AGAIN_MS);
	}

	private get action(): `${FollowedSet}.snapshot` {
		return `${this.set}.snapshot`;
	}

	private call(hash: string | undefined): Promise<unknown> {
		const { params } = this.means;
		const as = this.means.as();
		const call = (): Promise<unknown> =>
			this.broker.call(this.action, { ...params, ...(hash && { hash }) }, { timeout: PATIENCE_MS });
		return as === undefined ? call() : actingAs(as, call);
	}

	private settle(said: unknown): void {
		const verdict = verdictOn(this.whole, said, this.lower + 1);
		this.lower = verdict === "lower" ? this.lower + 1 : 0;
		if (verdict === "torn" || verdict === "lower") this.unproven(WHY[verdict]);
		else {
			if (verdict !== "same") this.take(verdict.take);
			this.proven();
		}
	}

	private take(whole: Whole): void {
		[this.whole, this.origin] = [whole, "service"];
		this.broker.logger.info(`Revision ${whole.revision} of ${this.set} holds here (${whole.hash.slice(0, 12)}).`);
		this.keep(file => file.write(whole));
		for (const hear of this.hearers) this.tell(hear);
	}

	private tell(hear: Hear): void {
		try {
			hear();
		} catch (error) {
			this.broker.logger.error(`Something does not go by the new ${this.set}: ${messageOf(error)}`);
		}
	}

	private keep(work: (file: KnownGoodFile) => void): void {
		const { file } = this.means;
		if (!file || (this.whole?.revision === 0 && !file.exists)) return;
		try {
			work(file);
			this.isKept = true;
		} catch (error) {
			if (this.isKept)
				this.broker.logger.warn(
					`This node has no last known good copy of ${this.set}, and would start without it: ${messageOf(error)}`
				);
			this.isKept = false;
		}
	}

	private proven(): void {
		const now = this.means.now();
		this.confirm(now);
		[this.provenMs, this.why, this.origin] = [now, null, "service"];
		if (this.isStale) this.broker.logger.info(`${this.set} is of the newest revision again.`);
		this.isStale = false;
		this.measure();
	}

	/** So that a start without the service knows since when. */
	private confirm(now: number): void {
		if (now - this.confirmedMs < CONFIRM_MS) return;
		this.confirmedMs = now;
		this.keep(file => file.confirm(new Date(now)));
	}

	private unproven(why: string): void {
		this.why = why;
		if (this.isStale || (this.origin !== "copy" && this.means.now() - this.provenMs < STALE_MS)) return;
		this.isStale = true;
		this.broker.logger.warn(this.staleWords());
		this.measure();
	}

	private staleWords(): string {
		const since = new Date(this.provenMs).toISOString();
		const what = this.whole
			? `${this.set} is stale since ${since}: this node goes by revision ${this.whole.revision}${this.origin === "copy" ? ", its last known good copy" : ""}`
			: `Nothing of ${this.set} is known here since ${since}, and there is no last known good copy: this node goes by its environment and by defaults`;
		return `${what}. ${this.why ?? ""}`;
	}

	private measure(): void {
		const { metrics } = this.broker;
		metrics.set(revisionMetric.name, this.whole?.revision ?? 0, { set: this.set });
		metrics.set(revisionStale.name, this.isStale ? Math.floor(this.provenMs / 1000) : 0, { set: this.set });
	}

	private again(ms: number): void {
		clearTimeout(this.timer);
		if (!this.isOver) this.timer = setTimeout(() => void this.ask(), ms).unref();
	}
}
