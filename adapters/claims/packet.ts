/** A packet that is too large for the bus: what goes in its place, and how it is told from one that is whole. Pure. */

import { fieldsOf } from "../../domain/unknown";
import { type Claim, isClaim } from "./claim";

/** No packet that is whole begins so: they are JSON. */
const MARK = 0;

export interface Stub {
	readonly claim: Claim;
	/** Of the request that it is, or answers. */
	readonly id: string;
	/** Where it is a request. */
	readonly action: string;
	readonly sender: string;
	readonly ver: string;
}

export const stubOf = (stub: Stub): Buffer => Buffer.concat([Buffer.of(MARK), Buffer.from(JSON.stringify(stub))]);

/** Undefined where the packet is whole. @throws where it is neither */
export function readStub(data: Buffer): Stub | undefined {
	if (data[0] !== MARK) return undefined;
	const { claim, id, action, sender, ver } = fieldsOf(JSON.parse(data.toString("utf8", 1)));
	if (!isClaim(claim)) throw new Error("A packet between nodes has a claim that is none.");
	return { claim, id: String(id), action: String(action), sender: String(sender), ver: String(ver) };
}

/** An answer in place of one that cannot be had: what was asked was done, or not. */
export const failedAnswer = ({ id, action, sender, ver }: Omit<Stub, "claim">, message: string): Buffer =>
	Buffer.from(
		JSON.stringify({
			ver,
			sender,
			id,
			meta: {},
			success: false,
			data: null,
			error: {
				name: "RequestRejectedError",
				message,
				nodeID: sender,
				code: 503,
				type: "REQUEST_REJECTED",
				retryable: true,
				data: { action, nodeID: sender }
			}
		})
	);
