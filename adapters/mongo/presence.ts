/** Asks MongoDB now and then whether it answers, over the connection that the services of this process use. */

import { setTimeout as sleep } from "node:timers/promises";
import { errorOf } from "../../domain/unknown";
import { type Held, hold, type MongoDatabase } from "./connection";

/** Between two questions, and how long each may take, in ms: longer than one record takes, also on a busy server. */
const EVERY_MS = 2_000;
const LIMIT_MS = 3_000;

/** Tells at once, and then again and again, what keeps it from answering; undefined while it answers. Until `signal` aborts. */
export async function watchMongo(
	database: MongoDatabase,
	tell: (away: Error | undefined) => void,
	signal: AbortSignal
): Promise<void> {
	let held: Held | undefined;
	while (!signal.aborted) {
		try {
			held ??= await hold(database);
			await inTime(read(held));
			if (!signal.aborted) tell(undefined);
		} catch (error) {
			if (!signal.aborted) tell(errorOf(error));
		}
		await sleep(EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
	}
	await held?.release();
}

/** As services read: of the primary, what a majority has. */
const read = ({ db }: Held): Promise<unknown> => db.collection("outbox.positions").findOne({ _id: "" as never });

/** A server that is frozen answers nothing, and the driver waits for long. */
async function inTime(work: Promise<unknown>): Promise<void> {
	const { promise: late, reject } = Promise.withResolvers<never>();
	const timer = setTimeout(() => reject(new Error(`MongoDB did not answer within ${LIMIT_MS} ms.`)), LIMIT_MS).unref();
	try {
		await Promise.race([work, late]);
	} finally {
		clearTimeout(timer);
		work.catch(() => undefined);
	}
}
