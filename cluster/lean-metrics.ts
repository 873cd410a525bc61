/** What Moleculer measures of calls, with so few series that a node with many services is read at once. */

import { METRIC } from "moleculer";
import type { Labels, Metric } from "../domain/platform/exposition";
import { merged, Own, without } from "../domain/platform/merged";

/** Durations of so many actions stand by themselves; each has a series a bucket. */
const MOST_ACTIONS = 110;
/** Counts of so many actions by so many callers. */
const MOST_CALLS = 750;

export class Lean {
	private readonly actions = new Own(MOST_ACTIONS);
	private readonly calls = new Own(MOST_CALLS);

	private readonly ways: Readonly<Record<string, (metric: Metric) => Metric>> = {
		// Who called, the counts tell.
		[METRIC.MOLECULER_REQUEST_TIME]: metric => merged(metric, labels => this.timed(labels)),
		[METRIC.MOLECULER_REQUEST_TOTAL]: metric => merged(metric, labels => this.counted(labels)),
		[METRIC.MOLECULER_REQUEST_ACTIVE]: metric => underWay(merged(metric, labels => without(labels, ["caller"])))
	};

	of(metric: Metric): Metric {
		return this.ways[metric.name]?.(metric) ?? metric;
	}

	private timed({ service, action, type }: Labels): Labels {
		return this.actions.labelled({ action, type }, { action: `${service}.other`, type });
	}

	private counted(labels: Labels): Labels {
		return this.calls.labelled(labels, { ...labels, caller: "other" });
	}
}

/** None under way is no series. */
const underWay = (metric: Metric): Metric => ({ ...metric, values: metric.values.filter(({ value }) => value !== 0) });
