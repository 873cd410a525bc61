/** Do batches and pages fit into the messages between nodes? Pure. */

/** On the way to the target a record goes with what stood there, and with what was sent before and never answered. */
const TIMES = 3;
/** Around what a message carries. */
const ENVELOPE_BYTES = 4_096;

/** Why batches of so many bytes do not fit; undefined where they do. @param most of a message */
export function batchTooLarge(bytes: number, most: number): string | undefined {
	const fitting = Math.floor((most - ENVELOPE_BYTES) / TIMES);
	if (bytes <= fitting) return undefined;
	return `batch.bytes is ${bytes}, but a message between nodes holds ${most} bytes here (NATS's max_payload), and a batch may need ${TIMES} times its own: set batch.bytes to ${fitting} or less, or raise max_payload.`;
}

/** Why a page of the source does not fit; undefined where it does. @param limit records it was asked for */
export function pageTooLarge(bytes: number, limit: number, most: number): string | undefined {
	const room = most - ENVELOPE_BYTES;
	if (bytes <= room) return undefined;
	const fitting = Math.max(1, Math.floor((limit * room) / bytes / 2));
	return `A page of ${limit} records has ${bytes} bytes, but a message between nodes holds ${most} (NATS's max_payload): set batch.records to ${fitting} or less, or raise max_payload.`;
}
