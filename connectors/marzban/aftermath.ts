/**
 * After a write that failed for good: what is said of a record is what stands there (L30). What this write made is taken
 * away again, what it changed is put back; where that cannot be, it is shut, and the error says under `left` how it stands.
 */

import type { TargetRecord } from "../../contracts/migration/records";
import { ConnectorError, type Term, type Undone } from "../connector";

export interface Aftermath {
	/** What stood there before the first request of this write; undefined: nothing. */
	readonly start: TargetRecord | undefined;
	/** Puts that back. Throws, or says `changed-since`, where it cannot. */
	readonly takeBack: () => Promise<Undone>;
	readonly look: () => Promise<TargetRecord | undefined>;
	/** Is what stands there known to come of this write? */
	readonly isOurs: (there: TargetRecord) => boolean;
	/** Makes what stays no more open than it may be, and answers it as it is then. */
	readonly shut?: (there: TargetRecord) => Promise<TargetRecord | undefined>;
	readonly term: Term | undefined;
}

const FINAL: ReadonlySet<string> = new Set(["refused", "conflict", "broken", "unexpected-answer"]);

/** The error to throw. One that is no verdict on the record is left as it is: the write is gone on with. */
export async function afterFailure(error: unknown, after: Aftermath): Promise<unknown> {
	if (!(error instanceof ConnectorError) || error.details.retryable || !FINAL.has(error.code)) return error;
	if (after.term?.over) return new ConnectorError("stopped", error.message, error.details, error.left);
	const { code, message, details } = error;
	const { ambiguous, untouched, ...known } = details;
	if (untouched) return new ConnectorError(code, message, details, after.start);
	// What was sent and never answered may yet come to be.
	const isLost = ambiguous === true && details.status === undefined;
	const isBack = await attempted(async () => (await after.takeBack()) !== "changed-since", false);
	if (isBack && !isLost) return new ConnectorError(code, message, { ...known, untouched: true }, after.start);
	if (isBack) return new ConnectorError(code, message, details, after.start);
	return await staying(error, after);
}

/** Told as it stands, and shut where it is new and ours. */
async function staying({ code, message, details, left: last }: ConnectorError, after: Aftermath): Promise<unknown> {
	const there = await attempted(after.look, last);
	if (there === undefined) return new ConnectorError(code, message, details);
	const foreign = !after.isOurs(there);
	const isShut = !foreign && after.start === undefined;
	const left = (isShut ? await attempted(async () => await after.shut?.(there), undefined) : undefined) ?? there;
	return new ConnectorError(code, message, { ...details, ...(foreign && { foreign }) }, left);
}

/** What the panel does not let be done is not done: the record is told as it is. */
async function attempted<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (!(error instanceof ConnectorError)) throw error;
		return otherwise;
	}
}
