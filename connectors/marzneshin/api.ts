/** The reads of Marzneshin's API that a migration needs. */

import type { SourceRecord } from "../../contracts/migration/records";
import { pageIn, totalIn } from "../beyond";
import { ConnectorError } from "../connector";
import { isObject, type WireObject } from "../http/json";
import type { Patience, Query, Session } from "../http/session";
import { streamNamed } from "../streams";
import { STREAMS, type Stream, toRecord } from "./records";

/** The panel answers 422 above this. */
export const LARGEST_PAGE = 100;

export function streamOf(name: string): Stream {
	return streamNamed("Marzneshin", STREAMS, name);
}

interface PageQuery {
	readonly page: number;
	readonly size: number;
}

/** One page; `limit` and `offset` would be ignored in silence. */
export async function page(
	session: Session,
	path: string,
	query: Query & PageQuery,
	patience: Patience = "usual"
): Promise<{ items: readonly WireObject[]; total: number }> {
	const { items, total } = await session.object(path, query, patience);
	const what = `GET ${path}`;
	if (!Array.isArray(items) || !items.every(isObject))
		throw new ConnectorError("unexpected-answer", `${what} did not answer a page.`);
	const most = path === STREAMS.users.path ? "panelRecords" : "panelListed";
	return { items: pageIn(items, query.size, what), total: totalIn(total, what, most, session.caps) };
}

/** A whole stream, without order: for those of some hundred records. */
export async function whole(session: Session, stream: Stream): Promise<SourceRecord[]> {
	const { caps } = session;
	if (stream.single) return [toRecord(stream, await session.object(stream.path), caps)];
	const byId = new Map<string, SourceRecord>();
	for (let number = 1; ; number++) {
		const { items, total } = await page(session, stream.path, { page: number, size: LARGEST_PAGE });
		const known = byId.size;
		for (const item of items) {
			const record = toRecord(stream, item, caps);
			byId.set(record.id, record);
		}
		if (items.length === 0 || number * LARGEST_PAGE >= total) return [...byId.values()];
		if (byId.size === known) throw new ConnectorError("unexpected-answer", `GET ${stream.path} does not page.`);
	}
}
