/**
 * Named places where a test stops the process, as a crash (SIGKILL) or a suspended machine (SIGSTOP) would. Unarmed, a
 * place costs one comparison.
 */

import { isOneOf } from "../contracts/table";

export const FAILPOINTS = [
	/** Intents are decided, nothing is recorded. */
	"intended",
	/** Intents are recorded, nothing is written. */
	"prepared",
	/** A request that writes is about to be put on its socket. */
	"socket",
	/** Its answer came. */
	"answer",
	/** The batch is at the target, no result is recorded. */
	"applied",
	/** Results are recorded, nothing is counted. */
	"written",
	/** The batch is counted. */
	"counted",
	/** A page was compared, nothing is recorded. */
	"looked",
	/** The comparison is recorded, not counted. */
	"compared",
	/** The target was listed. */
	"surveyed",
	/** A batch is put back, nothing is recorded. */
	"restored",
	/** What was put back is recorded, not counted. */
	"undone",
	/** A word of the operator is recorded, and not answered. */
	"decided",
	/** A request under an `Idempotency-Key` had its effect, and its answer is not kept. */
	"unsaid",
	/** A refresh token was exchanged, and whoever showed it was not told. */
	"rotated",
	/** Durable events of an outbox are appended, and still in it. */
	"kept",
	/** A durable event had its effect, and nothing else knows. */
	"dealt",
	/** A letter is another's to deliver, and it is not noted. */
	"posted",
	/** A run of a job is recorded, and nothing of it is done. */
	"taken",
	/** A job was done, and that is not recorded. */
	"worked"
] as const;
export type Failpoint = (typeof FAILPOINTS)[number];

interface Armed {
	readonly name: Failpoint;
	/** How often the place is still passed before it stops the process. */
	left: number;
	readonly signal: "SIGKILL" | "SIGSTOP";
}
let armed: Armed | undefined;

/** @param spec `name@count=kill|stop`; undefined when it is not of that form */
export function readFailpoint(spec: string): Armed | undefined {
	const [, name = "", count, action] = /^(\w+)@([1-9]\d*)=(kill|stop)$/.exec(spec) ?? [];
	if (!isOneOf(FAILPOINTS, name)) return undefined;
	return { name, left: Number(count), signal: action === "kill" ? "SIGKILL" : "SIGSTOP" };
}

export function arm(failpoint: Armed): void {
	armed = failpoint;
}

/** The process may end here. */
export function reach(name: Failpoint): void {
	if (armed?.name === name && --armed.left === 0) process.kill(process.pid, armed.signal);
}
