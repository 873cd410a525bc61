/** A body that goes on as it comes: no faster than it is taken, no more of it than one may have, and over when its client is. */

import type { IncomingMessage } from "node:http";
import { type Readable, Transform } from "node:stream";
import { failure } from "../../../cluster/errors";

export interface Most {
	readonly bytes: number;
	/** The setting. */
	readonly setting: string;
}
interface Bounds extends Most {
	/** How long nothing may come of it while it is wanted. */
	readonly idleMs: number;
}

export const tooLarge = ({ bytes, setting }: Most): Error =>
	failure("BODY_TOO_LARGE", `A body may have ${bytes} bytes here (${setting}).`);

export const tooLate = (): Error =>
	failure("REQUEST_TIMED_OUT", "The body did not come in time (GATEWAY_BODY_TIMEOUT).");

/** The request itself stays: it is to be answered, whatever becomes of its body. */
export function passing(req: IncomingMessage, { idleMs, ...most }: Bounds): Readable {
	let size = 0;
	const body = new Transform({
		transform(chunk: Buffer, _, done) {
			size += chunk.length;
			timer.refresh();
			done(size > most.bytes ? tooLarge(most) : null, chunk);
		}
	});
	const timer = setTimeout(() => {
		// Whoever takes nothing is waited for elsewhere.
		if (body.writableNeedDrain) timer.refresh();
		else body.destroy(tooLate());
	}, idleMs);
	const left = (): void => {
		if (!req.complete) body.destroy(new Error("The client left."));
	};
	req.once("close", left);
	// Nobody may be reading it when it breaks.
	body
		.on("error", () => undefined)
		.once("close", () => {
			clearTimeout(timer);
			req.off("close", left).unpipe(body);
		});
	return req.pipe(body);
}
