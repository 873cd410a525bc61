/** A signal that is aborted once a time has passed by either clock: a suspended machine stops the monotonic one (L12). */

import { performance } from "node:perf_hooks";
import { type Clocks, remaining } from "../../../domain/migration/lease";

const clocks = (): Clocks => ({ monotonicMs: performance.now(), wallMs: Date.now() });

export function deadline(ms: number): AbortSignal {
	const since = clocks();
	const signal = AbortSignal.timeout(Math.floor(ms));
	// A timer runs late after a suspension; whoever asks before a socket write must not.
	Object.defineProperty(signal, "aborted", { get: () => remaining(since, ms, clocks()) === 0 });
	return signal;
}
