/** All of a work or nothing, on servers that may be gone between any two of its steps, and met by others at the same place. */

import type { ClientSession, MongoClient } from "mongodb";
import { isPassing, isUndone } from "./faults";
import { patiently } from "./patience";

const OPTIONS = {
	readConcern: { level: "snapshot" },
	writeConcern: { w: "majority", j: true, wtimeout: 10_000 },
	readPreference: "primary"
} as const;

/** What is known of a work whose last try failed. */
export interface Doubt {
	/** It may have been stored: no answer came. */
	mayBeStored: boolean;
}

/** It was asked for, and whether it was done is for the server to say when it is asked again. */
export const isUnanswered = (error: unknown): boolean => isPassing(error) && !isUndone(error);

/** One try. A commit without an answer is asked for again. @throws whatever `work` throws, and then nothing is stored */
export async function transaction<T>(
	client: MongoClient,
	work: (session: ClientSession) => Promise<T>,
	untilMs: number,
	doubt: Doubt
): Promise<T> {
	const session = client.startSession();
	try {
		session.startTransaction(OPTIONS as never);
		const done = await work(session);
		await patiently(() => committed(session, doubt), untilMs, isUnanswered);
		return done;
	} catch (error) {
		if (session.inTransaction()) await session.abortTransaction();
		throw error;
	} finally {
		session.endSession();
	}
}

async function committed(session: ClientSession, doubt: Doubt): Promise<void> {
	try {
		await session.commitTransaction();
	} catch (error) {
		doubt.mayBeStored ||= isUnanswered(error);
		throw error;
	}
}
