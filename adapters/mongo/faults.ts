/** What errors of MongoDB and of its driver mean. Codes are the server's; the driver's own have none. */

import { MongoError, MongoNetworkError, MongoTimeoutError, MongoWriteConcernError } from "mongodb";
import { messageOf, propertyOf } from "../../domain/unknown";
import { StoreAway, StoreClosed, StoreDenied, StoreFull, StoreUnfit } from "../errors";

export const codeOf = (error: unknown): unknown => propertyOf(error, "code");
export const isMongo = (error: unknown): boolean => error instanceof MongoError;
export const hasLabel = (error: unknown, label: string): boolean =>
	error instanceof MongoError && error.hasErrorLabel(label);

const DUPLICATE_KEY = 11000;
export const isDuplicate = (error: unknown): boolean => codeOf(error) === DUPLICATE_KEY;

/** A server that starts, stops, or is no longer the primary, or another's write at the same place: the next try may do. */
const PASSING: ReadonlySet<unknown> = new Set([
	...[6, 7, 89, 91, 189, 9001, 10058, 10107, 11600, 11602, 13435, 13436], // the way to the primary
	...[24, 112, 246, 251, 262], // LockTimeout, WriteConflict, SnapshotUnavailable, NoSuchTransaction, ExceededTimeLimit
	...[50, 64, 133, 134] // MaxTimeMSExpired, WriteConcernFailed, no primary, no majority to read of
]);
/** The driver stopped waiting for a connection or a server. */
const WAITED = /^(timed out while (checking|waiting)|server selection)|ECONNRESET|connection .* closed/i;

export const isPassing = (error: unknown): boolean =>
	!isDenied(error) && (PASSING.has(codeOf(error)) || isOfTheWay(error) || LABELS.some(label => hasLabel(error, label)));

const LABELS = ["TransientTransactionError", "UnknownTransactionCommitResult"];
const isOfTheWay = (error: unknown): boolean =>
	error instanceof MongoNetworkError ||
	error instanceof MongoTimeoutError ||
	error instanceof MongoWriteConcernError ||
	(isMongo(error) && WAITED.test(messageOf(error)));
/** Another try is refused as well; also where no server could be chosen for that reason. */
const isDenied = (error: unknown): boolean => Object.hasOwn(DENIED, String(codeOf(error)));

/** WriteConflict, NoSuchTransaction and their like, as what is labelled so: for certain nothing was stored. */
const UNDONE: ReadonlySet<unknown> = new Set([24, 112, 246, 251]);
export const isUndone = (error: unknown): boolean =>
	UNDONE.has(codeOf(error)) || hasLabel(error, "TransientTransactionError");

/** As one that the next try may not meet, and of which nothing was stored. */
export const passing = (error: unknown): unknown => {
	(error as { addErrorLabel(label: string): void }).addErrorLabel("TransientTransactionError");
	return error;
};

const DENIED: Readonly<Record<string, string>> = {
	13: "is refused by MongoDB, which asks for a user and a password, or has one that may not do that: set them in MONGODB_URL, and give that user the role readWrite on its database.",
	18: "is refused by MongoDB, which does not know the user in MONGODB_URL, or has another password: correct it, or name the database of users by authSource.",
	8000: "is refused by MongoDB, which does not let the user in MONGODB_URL in: correct the password."
};
const OUT_OF_DISK: ReadonlySet<unknown> = new Set([14031, 12501]);
const GONE =
	/topology (is|was) (closed|destroyed)|must be connected|client (is|was) closed|pool (is )?(closed|destroyed)|session that has ended/i;

/** An error of MongoDB as one of the store's own; any other as it is. @param what of the database was asked */
export function told(what: string, error: unknown, waitedMs = 0): unknown {
	if (!isMongo(error)) return error;
	const said = messageOf(error);
	const denied = DENIED[String(codeOf(error))];
	if (denied !== undefined) return new StoreDenied(what, "write", denied);
	if (OUT_OF_DISK.has(codeOf(error)) || /no space left/i.test(said))
		return new StoreFull(what, `MongoDB has no room for it (${said}). Make room on its disks.`);
	if (GONE.test(said)) return new StoreClosed(`The store '${what}' is closed.`);
	if (isPassing(error)) return new StoreAway(what, waitedMs, awayWords(said));
	return new StoreUnfit(what, `MongoDB refuses what was asked of it (${said}).`);
}

const awayWords = (said: string): string =>
	`MongoDB has no primary that can be reached (${said}). Check the address in MONGODB_URL and that its servers run, then ask again.`;
