/** Pages whose cursor somebody gave back. */

import { InvalidCursor } from "../adapters/collection";
import { failure } from "../cluster/errors";

/** @param page read behind a cursor @throws REQUEST_INVALID where that is none of its list */
export async function behindCursor<T>(page: Promise<T>): Promise<T> {
	try {
		return await page;
	} catch (error) {
		if (!(error instanceof InvalidCursor)) throw error;
		throw failure(
			"REQUEST_INVALID",
			"`after` is none of this list: give back `next` as it came, with the same fields."
		);
	}
}
