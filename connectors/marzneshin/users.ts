/** Users, of whom there may be many, and some in rows that the panel itself cannot show. */

import type { SourceRecord } from "../../contracts/migration/records";
import { unreadable } from "../../domain/migration/unreadable";
import { ConnectorError } from "../connector";
import type { WireObject } from "../http/json";
import { type Session, segment } from "../http/session";
import { glance } from "../http/shape";
import { LARGEST_PAGE, streamOf } from "./api";
import type { Fetched } from "./paging";
import { type Stream, toRecord } from "./records";
import { type Row, rowsOf } from "./rows";

export async function users(session: Session, number: number, size: number): Promise<Fetched> {
	const stream = streamOf("users");
	try {
		const { rows, total } = await rowsOf(session, stream.path, { order_by: "username" }, number, size);
		const first = (number - 1) * size + 1;
		const read = (row: Row, index: number) =>
			row === null
				? (nth: number) => lost(nth, first + index, neighbours(rows, index))
				: toRecord(stream, row, session.caps);
		return { records: rows.map(read), total };
	} catch (error) {
		throw brokenList(error, number, size);
	}
}

function lost(nth: number, row: number, between: string): SourceRecord {
	const select = `SELECT id, username FROM users WHERE removed = 0 ORDER BY username LIMIT 1 OFFSET ${row - 1}`;
	const reason = `Marzneshin answers 500 for the user in row ${row} of its list by name${between}: most often the name breaks its own rules. Find it in its database (${select}), make it 3 to 32 letters, digits and underscores, then \`banyan migration repair\` moves it.`;
	return unreadable(nth, `row ${row} by name`, { field: "username", value: `row ${row}`, reason });
}

function neighbours(rows: readonly Row[], index: number): string {
	const before = rows.slice(0, index).findLast(row => row !== null);
	const behind = rows.slice(index + 1).find(row => row !== null);
	const said = [before && `after '${glance(before.username)}'`, behind && `before '${glance(behind.username)}'`].filter(
		Boolean
	);
	return said.length > 0 ? `, ${said.join(" and ")}` : "";
}

/**
 * The user shown under a name. The panel looks names up as they are stored and shows them in lower case: a row stored
 * in mixed case answers 404 under the name it shows, so a 404 is only believed after a search (L3).
 */
export async function findUser(session: Session, name: string): Promise<SourceRecord | undefined> {
	const stream = streamOf("users");
	try {
		const record = toRecord(stream, await session.object(`${stream.path}/${segment(name)}`), session.caps);
		return record.name === name ? record : undefined;
	} catch (error) {
		if (!(error instanceof ConnectorError) || error.code !== "not-found") throw error;
		return await searchUser(session, stream, name);
	}
}

/** One value of the filter matches substrings in any case. */
async function searchUser(session: Session, stream: Stream, name: string): Promise<SourceRecord | undefined> {
	const query = { order_by: "username", username: name };
	const met = new Set<string>();
	for (let number = 1; ; number++) {
		const { rows, total } = await rowsOf(session, stream.path, query, number, LARGEST_PAGE);
		const shown = rows.filter((row): row is WireObject => row !== null);
		const found = shown.map(item => toRecord(stream, item, session.caps)).find(record => record.name === name);
		const known = met.size;
		for (const { id } of shown) met.add(glance(id));
		if (shown.length > 0 && met.size === known)
			throw new ConnectorError("unexpected-answer", `GET ${stream.path} does not page.`);
		if (found !== undefined || rows.length === 0 || number * LARGEST_PAGE >= total) return found;
	}
}

function brokenList(error: unknown, number: number, size: number): unknown {
	if (!(error instanceof ConnectorError) || error.code !== "broken") return error;
	const rows = `${(number - 1) * size + 1} to ${number * size}`;
	const message = `Marzneshin cannot list its users ${rows} by name (${error.message.replace(/\.$/, "")}): look into its log and at the names in its database (3 to 32 letters, digits and underscores), then run again.`;
	return new ConnectorError("broken", message, error.details);
}
