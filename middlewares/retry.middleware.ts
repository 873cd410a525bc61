/**
 * The one layer that calls again (L14, decision 31). A call that nobody began goes to another node, whatever it is; one
 * whose fate is unknown only where its contract says that twice is once, within its deadline, and within the node's budget.
 */

import { setTimeout as sleep } from "node:timers/promises";
import type { CallingOptions, Middleware, ServiceBroker } from "moleculer";
import { registerMetrics } from "../cluster/measuring";
import { type Call, middleware } from "../cluster/middleware";
import { othersFor } from "../cluster/wire";
import type { CallSettings } from "../contracts/cluster";
import { NODE_METRICS } from "../contracts/node-metrics";
import { RetryBudget } from "../domain/platform/calls/budget";
import { conductOf, twiceIsOnce } from "../domain/platform/calls/conduct";
import { fateOf } from "../domain/platform/calls/fate";
import { type RetryRules, type Tried, waitBeforeRetry } from "../domain/platform/calls/retrying";
import { propertyOf, textOf } from "../domain/unknown";

/** The budget counts so long, in ms; there are always three. */
const [BUDGET_MS, LEAST] = [10_000, 3];
/** A node that was lost, or has left, is expected back for so long, in ms. */
const LOSS_MS = 30_000;

const { retried, unretried } = NODE_METRICS;

/** By what name it is asked for once; what a call is made with goes before what its caller came with. */
const onceOf = (options: CallingOptions | undefined): unknown =>
	propertyOf(options?.meta, "once") ?? propertyOf(options?.parentCtx?.meta, "once");

/** One call, however often it is made. */
interface Made {
	readonly next: Call;
	readonly action: string;
	readonly params: unknown;
	readonly options: CallingOptions | undefined;
	readonly idempotent: boolean;
	/** By `performance.now`. */
	readonly begun: number;
}

class Retries {
	private readonly budget: RetryBudget;
	private readonly rules: RetryRules;
	/** By `performance.now`. */
	private lostAt = Number.NEGATIVE_INFINITY;

	constructor(
		private readonly broker: ServiceBroker,
		{ tries, retryFirstMs, retryMostMs, retryShare, patienceMs }: CallSettings
	) {
		this.rules = { tries, patienceMs, backoff: { firstMs: retryFirstMs, mostMs: retryMostMs, base: 2 } };
		this.budget = new RetryBudget({ share: retryShare / 100, least: LEAST, windowMs: BUDGET_MS });
		registerMetrics(broker, { retried, unretried });
		broker.localBus.on("$node.disconnected", () => this.lost());
		broker.localBus.on("$node.updated", ({ node }: { node: { services?: readonly unknown[] } }) => {
			// A node that leaves says first that it has nothing any more.
			if (node.services?.length === 0) this.lost();
		});
	}

	make(next: Call, action: string, params: unknown, options: CallingOptions | undefined): Promise<unknown> {
		const idempotent = twiceIsOnce(action, onceOf(options));
		const begun = performance.now();
		this.budget.called(begun);
		const made = { next, action, params, options, idempotent, begun };
		return next(action, params, options).catch(error => this.again(made, error));
	}

	private async again(made: Made, first: unknown): Promise<unknown> {
		let error = first;
		for (let retries = 0; ; retries++) {
			const wait = this.waitAfter(made, error, retries);
			if (wait === undefined) throw error;
			await sleep(wait);
			try {
				return await made.next(made.action, made.params, this.optionsOf(made, error));
			} catch (next) {
				error = next;
			}
		}
	}

	private waitAfter({ action, options, idempotent, begun }: Made, error: unknown, retries: number): number | undefined {
		const fate = fateOf(error, action);
		// The common case: it was answered.
		if (fate === "answered") return undefined;
		const now = performance.now();
		const elapsedMs = now - begun;
		const tried: Tried = {
			fate,
			idempotent,
			retries,
			elapsedMs,
			remainingMs: this.mostOf(action, options) - elapsedMs,
			isElsewhere: othersFor(this.broker, action, failedNode(error)).length > 0,
			isLoss: now - this.lostAt < LOSS_MS
		};
		const wait = waitBeforeRetry(tried, this.rules, Math.random(), () => this.spend(now));
		if (wait !== undefined) this.broker.metrics.increment(retried.name, { fate });
		return wait;
	}

	private spend(now: number): boolean {
		const may = this.budget.spend(now);
		if (!may) this.broker.metrics.increment(unretried.name);
		return may;
	}

	/** The longest that a call may take, in ms. */
	private mostOf(action: string, options: CallingOptions | undefined): number {
		const most = options?.timeout ?? conductOf(action)?.timeoutMs ?? this.broker.options.requestTimeout ?? 0;
		return most > 0 ? most : Number.POSITIVE_INFINITY;
	}

	/** What is left of its time, and another node than the one that failed, where there is one. */
	private optionsOf({ action, options, begun }: Made, error: unknown): CallingOptions {
		const left = this.mostOf(action, options) - (performance.now() - begun);
		const others = othersFor(this.broker, action, failedNode(error));
		const nodeID = others[Math.floor(Math.random() * others.length)];
		return {
			...options,
			...(Number.isFinite(left) && { timeout: Math.max(1, left) }),
			...(nodeID !== undefined && { nodeID })
		};
	}

	private lost(): void {
		this.lostAt = performance.now();
	}
}

const failedNode = (error: unknown): unknown => propertyOf(propertyOf(error, "data"), "nodeID");

/** Whom a caller chose is theirs to choose again; a stream is gone once it was read. */
const isOnce = (action: string, options: CallingOptions | undefined): boolean =>
	action.startsWith("$") || options?.nodeID !== undefined || propertyOf(options, "stream") !== undefined;

/** moleculer-web chooses a node before it has read the body: by then that node may be gone. */
const nameOf = (action: string | object): string =>
	typeof action === "string" ? action : (textOf(propertyOf(action, "action"), "name") ?? "");

export function retry(settings: CallSettings): Middleware {
	let retries: Retries | undefined;
	return middleware({
		name: "retry",
		created(broker: ServiceBroker) {
			// Alone, nobody else could be asked.
			if (broker.transit) retries = new Retries(broker, settings);
		},
		call: (next: Call) => (action, params, options) => {
			const name = nameOf(action);
			if (!retries || isOnce(name, options)) return next(action, params, options);
			return retries.make(next, name, params, options);
		}
	});
}
