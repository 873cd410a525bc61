/** One attempt to put records back at a target: what each came to, and whose fault it is where one could not be (L28, L32). */

import { ConnectorError, type Target, type Term } from "../../../connectors/connector";
import type { UndoneRecord } from "../../../contracts/migration/records";
import { nth } from "../../../domain/there";
import type { UndoCall } from "./run-context";

type Undoing = UndoCall["records"][number];

/** What the target would say the same the next time. */
const FOR_GOOD: ReadonlySet<string> = new Set(["refused", "conflict"]);
/** What says nothing of a record: the lease is over, the system wants to be asked later, or does not let us in. */
const OF_THE_RUN: ReadonlySet<string> = new Set(["stopped", "throttled", "login-refused", "wrong-system"]);

const UNTOLD =
	"A write of it was never answered, and what stands there is not known to be ours: look at it, and remove or mend it by hand.";

interface Attempt {
	readonly undone?: UndoneRecord;
	readonly error?: unknown;
}

/** @throws when it is the target's fault, or the run's: then nothing is said of any record */
export async function putBack(
	target: Target,
	stream: string,
	records: readonly Undoing[],
	term: Term
): Promise<readonly UndoneRecord[]> {
	// All are waited for, also after a failure: nothing may still be writing when the answer is given.
	const attempts = await Promise.all(records.map(record => attempt(target, stream, record, term)));
	const errors = attempts.flatMap(({ error }) => (error === undefined ? [] : [error]));
	if (errors.length === 0) return attempts.flatMap(({ undone }) => undone ?? []);
	const ofTheRun = errors.find(error => !(error instanceof ConnectorError) || OF_THE_RUN.has(error.code));
	if (ofTheRun !== undefined) throw ofTheRun;
	const worked = attempts.some(({ undone }) => undone?.outcome === "restored");
	if (!worked && !(await isWell(target))) throw errors[0];
	return attempts.map(({ undone, error }, index) => undone ?? failed(nth(records, index), error as ConnectorError));
}

async function attempt(target: Target, stream: string, record: Undoing, term: Term): Promise<Attempt> {
	const { id, name, sent = [], ...rest } = record;
	try {
		const undone = await target.undo(stream, { name, ...rest, ...(sent.length > 0 && { sent }) }, term);
		if (undone !== "changed-since") return { undone: { id, name, outcome: "restored" } };
		return { undone: { id, name, outcome: undone, ...(sent.length > 0 && { reason: UNTOLD }) } };
	} catch (error) {
		// What one record cannot be put back to keeps no other from being put back.
		if (!(error instanceof ConnectorError) || !FOR_GOOD.has(error.code)) return { error };
		return { undone: { id, name, outcome: "changed-since", reason: error.message } };
	}
}

const failed = ({ id, name }: Undoing, { message }: ConnectorError): UndoneRecord => ({
	id,
	name,
	outcome: "failed",
	reason: message
});

/** Does it answer, and may we write there? Then what one record fails at is that record's. */
async function isWell(target: Target): Promise<boolean> {
	try {
		return (await target.check()).ok;
	} catch {
		return false;
	}
}
