/** What is being done now, across awaits: for which request or run, and at which place of a trace. */

import { AsyncLocalStorage } from "node:async_hooks";
import type { Span } from "./span";

export interface Work {
	/** Each log line of it carries it. */
	readonly correlationId: string | undefined;
	/** Undefined where nothing is traced. */
	readonly span: Span | undefined;
}

const work = new AsyncLocalStorage<Work>();

export const currentWork = (): Work | undefined => work.getStore();
export const inWork = <T>(now: Work, job: () => T): T => work.run(now, job);
