/**
 * Who sends a packet that is for all, in the packet itself: a field more of the JSON that it is, which nodes of a release
 * that knows none of it leave alone.
 *
 *     signature ~ token ~ session ~ withdrawals …
 */

const FIELD = '{"$by":"';
const CLOSE = '",';
const OPENING = 0x7b;

/** Where the JSON of a packet begins: one whose body is kept elsewhere has a mark before it. */
const beginOf = (data: Buffer): number => (data[0] === OPENING ? 0 : 1);

export function withProof(data: Buffer, proof: string): Buffer {
	const at = beginOf(data);
	return Buffer.concat([data.subarray(0, at), Buffer.from(FIELD + proof + CLOSE), data.subarray(at + 1)]);
}

export interface Proof {
	readonly signature: string;
	/** What introduces whoever signed. */
	readonly words: string;
	readonly withdrawals: readonly string[];
	/** What they signed. */
	readonly data: Buffer;
}

/** Undefined where there is none. */
export function proofIn(data: Buffer): Proof | undefined {
	const at = beginOf(data);
	const from = at + FIELD.length;
	if (data.toString("latin1", at, from) !== FIELD) return undefined;
	const end = data.indexOf(CLOSE, from);
	if (end < 0) return undefined;
	const [signature = "", token = "", session = "", ...withdrawals] = data.toString("latin1", from, end).split("~");
	const signed = Buffer.concat([data.subarray(0, at), Buffer.from("{"), data.subarray(end + CLOSE.length)]);
	return { signature, words: `${token}~${session}`, withdrawals, data: signed };
}
