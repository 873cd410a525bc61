/** A term that is over once a time has passed by either clock: a suspended machine stops the monotonic one (L12). */

import { performance } from "node:perf_hooks";
import type { Term } from "../../../connectors/connector";
import { type Clocks, remaining } from "../../../domain/migration/lease";

const clocks = (): Clocks => ({ monotonicMs: performance.now(), wallMs: Date.now() });

export function termOf(ms: number): Term {
	const since = clocks();
	return {
		get over() {
			return remaining(since, ms, clocks()) === 0;
		}
	};
}
