/** The reads of Marzneshin's API that a migration needs. */

import type { SourceRecord } from "../../contracts/migration/records";
import { ConnectorError } from "../connector";
import { isObject, type WireObject } from "../http/json";
import { type Query, type Session, segment } from "../http/session";
import type { Fetched } from "./paging";
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
	query: Query
): Promise<{ items: WireObject[]; total: number }> {
	const { items, total } = await session.object(path, query);
	if (Array.isArray(items) && typeof total === "number") return { items: items.filter(isObject), total };
	throw new ConnectorError("unexpected-answer", `GET ${path} did not answer a page.`);
}

export async function users(session: Session, number: number, size: number): Promise<Fetched> {
	const stream = streamOf("users");
	try {
		const { items, total } = await page(session, stream.path, { page: number, size, order_by: "username" });
		return { records: items.map(item => toRecord(stream, item)), total };
	} catch (error) {
		throw brokenList(error, number, size);
	}
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

export async function count(session: Session, stream: Stream): Promise<number> {
	return stream.single ? 1 : (await page(session, stream.path, { page: 1, size: 1 })).total;
}

/**
 * The user shown under a name. The panel looks names up as they are stored and shows them in lower case: a row stored
 * in mixed case answers 404 under the name it shows, so a 404 is only believed after a search (L3).
 */
export async function findUser(session: Session, name: string): Promise<SourceRecord | undefined> {
	const stream = streamOf("users");
	try {
		const record = toRecord(stream, await session.object(`${stream.path}/${segment(name)}`));
		return record.name === name ? record : undefined;
	} catch (error) {
		if (!(error instanceof ConnectorError) || error.code !== "not-found") throw error;
		return await searchUser(session, stream, name);
	}
}

/** One value of the filter matches substrings in any case. */
async function searchUser(session: Session, stream: Stream, name: string): Promise<SourceRecord | undefined> {
	for (let number = 1; ; number++) {
		const query = { page: number, size: LARGEST_PAGE, order_by: "username", username: name };
		const { items, total } = await page(session, stream.path, query);
		const found = items.map(item => toRecord(stream, item)).find(record => record.name === name);
		if (found !== undefined || items.length === 0 || number * LARGEST_PAGE >= total) return found;
	}
}

function brokenList(error: unknown, number: number, size: number): unknown {
	if (!(error instanceof ConnectorError) || error.code !== "broken") return error;
	const rows = `${(number - 1) * size + 1} to ${number * size}`;
	const message = `Marzneshin cannot list its users ${rows} by name: most often one of these rows has a name its own rules refuse (not 3 to 32 letters, digits and underscores); correct it in its database.`;
	return new ConnectorError("broken", message, error.details);
}
