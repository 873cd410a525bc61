/**
 * Calls, counted and timed under the names that Moleculer gives them, by an action's own samples. Moleculer's own middleware
 * looks each of them up by a text of its labels, six times a call, and keeps every duration for a minute to answer
 * quantiles that nobody asks for: that cost more than all else of a local call. Events and packets remain as they are.
 */

import * as moleculer from "moleculer";
import { type ActionSchema, METRIC, type Middleware, type ServiceBroker } from "moleculer";
import { registerMetrics } from "../cluster/measuring";
import { traceId } from "../cluster/tracing";
import { NODE_METRICS } from "../contracts/node-metrics";
import { textOf } from "../domain/unknown";
import { boundLabels } from "./bounded-labels";
import { type Counter, type Histogram, type Labels, type Sample, type Times, timesOf } from "./call-samples";

export interface Called {
	readonly caller: string | null;
	readonly level: number;
}
type Handler<C extends Called = Called> = (ctx: C) => Promise<unknown>;
type Measured = Pick<ActionSchema, "name" | "service">;

/** What is measured of calls; the same labels as Moleculer's. */
const CALL_LABELS = ["service", "action", "type", "caller"];
const FAILURE_LABELS = [...CALL_LABELS, "errorName", "errorCode", "errorType"];

class Measures {
	readonly total: Counter;
	readonly active: Counter;
	readonly levels: Counter;
	readonly times: Histogram;
	private readonly calls = new Map<string, Calls>();

	constructor(private readonly broker: ServiceBroker) {
		this.total = this.register("counter", METRIC.MOLECULER_REQUEST_TOTAL, CALL_LABELS, "Number of requests");
		this.active = this.register("gauge", METRIC.MOLECULER_REQUEST_ACTIVE, CALL_LABELS, "Number of active requests");
		this.levels = this.register(
			"counter",
			METRIC.MOLECULER_REQUEST_LEVELS,
			["level"],
			"Number of requests by context level"
		);
		this.times = this.registered<Histogram>({
			type: "histogram",
			name: METRIC.MOLECULER_REQUEST_TIME,
			labelNames: CALL_LABELS,
			buckets: true,
			unit: METRIC.UNIT_MILLISECONDS,
			description: "Request times in milliseconds"
		});
		this.register("counter", METRIC.MOLECULER_REQUEST_ERROR_TOTAL, FAILURE_LABELS, "Number of request errors");
	}

	/** The same for an action that is wrapped twice: for others, and for the service itself. */
	of(labels: Labels): Calls {
		const key = JSON.stringify(labels);
		const calls = this.calls.get(key) ?? new Calls(this, labels);
		this.calls.set(key, calls);
		return calls;
	}

	failed(labels: Labels, error: { name?: string; code?: number; type?: string } | null): void {
		const { name: errorName, code: errorCode, type: errorType } = error ?? {};
		this.broker.metrics.increment(METRIC.MOLECULER_REQUEST_ERROR_TOTAL, {
			...labels,
			errorName,
			errorCode,
			errorType
		});
	}

	private register(type: "counter" | "gauge", name: string, labelNames: string[], description: string): Counter {
		return this.registered<Counter>({ type, name, labelNames, description, unit: METRIC.UNIT_REQUEST });
	}

	private registered<M>(options: object): M {
		return this.broker.metrics.register(options as never) as M;
	}
}

/** Calls of one action by one caller. */
class Calls {
	private readonly total: Sample;
	private readonly active: Sample;
	private readonly levels: Sample[] = [];
	/** Not before the first one ended: a histogram makes its sample with its first value. */
	private times: Times | undefined;

	constructor(
		private readonly measures: Measures,
		private readonly labels: Labels
	) {
		this.total = measures.total.increment(labels, 0);
		this.active = measures.active.increment(labels, 0);
	}

	begin(level: number): void {
		this.add(this.measures.total, this.total, 1);
		this.add(this.measures.active, this.active, 1);
		this.levels[level] ??= this.measures.levels.increment({ level }, 0);
		this.add(this.measures.levels, this.levels[level], 1);
	}

	end(ms: number): void {
		this.add(this.measures.active, this.active, -1);
		this.observe(ms);
	}

	failed(error: unknown): void {
		this.measures.failed(this.labels, error as object | null);
	}

	private add(metric: Counter, sample: Sample, by: number): void {
		sample.value += by;
		metric.setDirty();
	}

	private observe(ms: number): void {
		const { times: metric } = this.measures;
		if (!this.times) {
			metric.observe(ms, this.labels);
			this.times = timesOf(metric, this.labels);
			return;
		}
		this.times.add(ms, traceId());
		metric.setDirty();
	}
}

function measured<C extends Called>(measures: Measures, type: string, action: Measured, next: Handler<C>): Handler<C> {
	const service = textOf(action.service, "fullName") ?? null;
	const callers = new Map<string | null, Calls>();
	const callsOf = (caller: string | null): Calls => {
		let calls = callers.get(caller);
		if (!calls) {
			calls = measures.of({ service, action: action.name ?? null, type, caller });
			callers.set(caller, calls);
		}
		return calls;
	};
	return ctx => {
		const calls = callsOf(ctx.caller);
		const began = performance.now();
		calls.begin(ctx.level);
		return next(ctx).then(
			answer => {
				calls.end(performance.now() - began);
				return answer;
			},
			error => {
				calls.end(performance.now() - began);
				calls.failed(error);
				throw error;
			}
		);
	};
}

const OF_BROKERS = new WeakMap<ServiceBroker, Measures>();

function wrapped<C extends Called>(
	broker: ServiceBroker,
	type: string,
	action: Measured,
	next: Handler<C>
): Handler<C> {
	const measures = OF_BROKERS.get(broker);
	return measures ? measured(measures, type, action, next) : next;
}

/** What is no call of Moleculer's, measured as if it were one of this action. */
export const measuredAs = <C extends Called>(broker: ServiceBroker, action: Measured, next: Handler<C>): Handler<C> =>
	wrapped(broker, "local", action, next);

type Maker = (broker: ServiceBroker) => Middleware;
/** Its types leave them out. */
const { Middlewares } = moleculer as unknown as {
	readonly Middlewares: { readonly Metrics: Maker; register(name: string, maker: Maker): void };
};
const { Metrics: stock } = Middlewares;

/** Moleculer's middleware, with another part for calls. */
function metrics(broker: ServiceBroker): Middleware {
	const own = stock(broker);
	const wrapper = (type: string) => (next: Handler, action: Measured) => wrapped(broker, type, action, next);
	return {
		...own,
		created() {
			own.created?.(broker);
			if (!broker.isMetricsEnabled()) return;
			boundLabels(broker);
			registerMetrics(broker, { outbox: NODE_METRICS.outbox });
			OF_BROKERS.set(broker, new Measures(broker));
		},
		localAction: wrapper("local") as never,
		remoteAction: wrapper("remote") as never
	};
}

/** For all brokers of this process. */
export function measureCalls(): void {
	Middlewares.register("Metrics", metrics);
}
