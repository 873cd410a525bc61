/** Requests, counted and timed when their answer has gone: by samples of its own, for each request passes here. */

import type { ServerResponse } from "node:http";
import type { Broker } from "../../../cluster";
import { traceId } from "../../../cluster/tracing";
import { gateway } from "../../../contracts/platform/gateway";
import { type Counter, type Histogram, type Sample, type Times, timesOf } from "../../../middlewares/call-samples";

const { requests, duration } = gateway.metrics;
/** What goes on until somebody ends it says nothing of how fast it is. */
const ENDLESS = /event-stream|ndjson/;

export class Requests {
	private readonly counts = new Map<string, Sample>();
	private readonly times = new Map<string, Times>();

	constructor(private readonly metrics: Broker["metrics"]) {}

	/** @param route what answers it */
	watch(route: string, res: ServerResponse): void {
		const began = performance.now();
		const trace = traceId();
		res.once("close", () => {
			const status = res.writableFinished || res.headersSent ? res.statusCode : GONE;
			this.count(route, status);
			if (!ENDLESS.test(String(res.getHeader("content-type")))) this.observe(status, performance.now() - began, trace);
		});
	}

	private count(route: string, status: number): void {
		const key = `${status} ${route}`;
		let sample = this.counts.get(key);
		if (!sample) {
			sample = this.metric<Counter>(requests.name).increment({ route, status }, 0);
			this.counts.set(key, sample);
		}
		sample.value++;
		this.metric<Counter>(requests.name).setDirty();
	}

	private observe(status: number, ms: number, trace: string | undefined): void {
		const kind = `${Math.floor(status / 100)}xx`;
		const times = this.times.get(kind);
		const metric = this.metric<Histogram>(duration.name);
		if (times) times.add(ms, trace);
		else this.first(metric, kind, ms);
		metric.setDirty();
	}

	/** A histogram makes its sample with its first value. */
	private first(metric: Histogram, kind: string, ms: number): void {
		const labels = { status: kind };
		metric.observe(ms, labels);
		const times = timesOf(metric, labels);
		if (times) this.times.set(kind, times);
	}

	private metric<M>(name: string): M {
		return this.metrics.getMetric(name) as M;
	}
}

/** As nginx calls it: whoever asked was gone before there was an answer. */
const GONE = 499;
