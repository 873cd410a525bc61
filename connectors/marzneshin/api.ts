/** The reads of Marzneshin's API that a migration needs. */

import type { SourceRecord } from "../../contracts/migration/records";
import { ConnectorError } from "../connector";
import { isObject, type WireObject } from "../http/json";
import type { Patience, Query, Session } from "../http/session";
import { STREAMS, type Stream, toRecord } from "./records";

/** The panel answers 422 above this. */
export const LARGEST_PAGE = 100;

export function streamOf(name: string): Stream {
	const stream = STREAMS[name];
	if (stream === undefined) throw new ConnectorError("refused", `Marzneshin has no stream ${name}.`);
	return stream;
}

/** One page; `limit` and `offset` would be ignored in silence. */
export async function page(
	session: Session,
	path: string,
	query: Query,
	patience: Patience = "usual"
): Promise<{ items: WireObject[]; total: number }> {
	const { items, total } = await session.object(path, query, patience);
	if (Array.isArray(items) && typeof total === "number") return { items: items.filter(isObject), total };
	throw new ConnectorError("unexpected-answer", `GET ${path} did not answer a page.`);
}

/** A whole stream, without order: for those of some hundred records. */
export async function whole(session: Session, stream: Stream): Promise<SourceRecord[]> {
	if (stream.single) return [toRecord(stream, await session.object(stream.path))];
	const byId = new Map<string, SourceRecord>();
	for (let number = 1; ; number++) {
		const { items, total } = await page(session, stream.path, { page: number, size: LARGEST_PAGE });
		for (const item of items) byId.set(String(item.id), toRecord(stream, item));
		if (items.length === 0 || number * LARGEST_PAGE >= total) return [...byId.values()];
	}
}
