/** The calls of Marzban's API that a migration needs. */

import type { TargetRecord } from "../../contracts/migration/records";
import { fold } from "../../domain/migration/folding";
import { fieldsOf } from "../../domain/unknown";
import { listIn, pageIn, totalIn, unlessEndless } from "../beyond";
import { ConnectorError, type Cursor, type Page } from "../connector";
import { readCursor } from "../cursor";
import { isObject, type WireObject } from "../http/json";
import { type Session, segment } from "../http/session";
import { adminRecord, userRecord } from "./records";

/** Of a request line, in characters; proxies in front refuse some kilobytes. */
const LONGEST_QUERY = 4000;
const MOST_NAMES = 100;
const SINGLE_READS = 4;

const isNotFound = (error: unknown): boolean => error instanceof ConnectorError && error.code === "not-found";

export async function getUser(session: Session, name: string): Promise<TargetRecord | undefined> {
	const record = await userUnder(session, name);
	// A database that compares without case answers for a namesake.
	return record?.data.username === name ? record : undefined;
}

async function userUnder(session: Session, name: string): Promise<TargetRecord | undefined> {
	try {
		return namesake(name, userRecord(await session.object(`/api/user/${segment(name)}`), session.caps));
	} catch (error) {
		if (isNotFound(error)) return undefined;
		if (!isBroken(error)) throw error;
		const message = `Marzban cannot read its user ${name}: most often an expiry or proxies it chokes on; delete the user there.`;
		throw new ConnectorError("broken", message, error.details);
	}
}

/** A record under the name that was asked for, whose own is another: the database takes the two for one. */
export const namesake = (name: string, { data }: TargetRecord): TargetRecord => ({ name, data });

/** Each under the name asked for, also a namesake: who they are truly called is in their data. */
export async function findUsers(session: Session, names: readonly string[]): Promise<TargetRecord[]> {
	const found: TargetRecord[] = [];
	for (const batch of batches(names)) found.push(...(await findBatch(session, batch)));
	return found;
}

/** One row that Marzban cannot read breaks the whole answer: then each name is asked for by itself. */
async function findBatch(session: Session, names: readonly string[]): Promise<TargetRecord[]> {
	try {
		return answering(names, await listUsers(session, { username: names }));
	} catch (error) {
		if (!isBroken(error)) throw error;
	}
	const found: (TargetRecord | undefined)[] = [];
	for (let at = 0; at < names.length; at += SINGLE_READS) {
		found.push(...(await Promise.all(names.slice(at, at + SINGLE_READS).map(name => shownOrNot(session, name)))));
	}
	// Not one could be read: that is a panel which fails, unless it answers other questions.
	if (found.every(record => record?.unreadable !== undefined)) await session.object("/api/admin");
	return found.filter(record => record !== undefined);
}

/** One row that the panel chokes on is that record's trouble, not the others' (L28). */
async function shownOrNot(session: Session, name: string): Promise<TargetRecord | undefined> {
	try {
		return await userUnder(session, name);
	} catch (error) {
		if (!isBroken(error)) throw error;
		return { name, data: {}, unreadable: error.message };
	}
}

/** What a panel answers for names is by its own comparison: whoever is none of them is a namesake of one. */
function answering(names: readonly string[], records: readonly TargetRecord[]): TargetRecord[] {
	const exact = records.filter(({ name }) => names.includes(name));
	const own = new Set(exact.map(({ name }) => name));
	const rest = records.filter(({ name }) => !own.has(name));
	const others = new Map(rest.map(record => [fold(record.name, "loose"), record]));
	const namesakes = names.flatMap(name => {
		const other = own.has(name) ? undefined : others.get(fold(name, "loose"));
		return other ? [namesake(name, other)] : [];
	});
	return [...exact, ...namesakes];
}

function batches(names: readonly string[]): string[][] {
	const all: string[][] = [];
	let length = LONGEST_QUERY;
	for (const name of new Set(names)) {
		const last = all.at(-1);
		const cost = segment(name).length + "&username=".length;
		const fits = last !== undefined && last.length < MOST_NAMES && length + cost <= LONGEST_QUERY;
		if (fits) last.push(name);
		else all.push([name]);
		length = fits ? length + cost : cost;
	}
	return all;
}

async function listUsers(
	session: Session,
	query: Record<string, number | string | readonly string[]>
): Promise<TargetRecord[]> {
	return usersIn(session, await session.object("/api/users", query));
}

function usersIn(session: Session, { users }: WireObject): TargetRecord[] {
	if (Array.isArray(users) && users.every(isObject)) return users.map(user => userOrNot(session, user));
	throw new ConnectorError("unexpected-answer", "GET /api/users did not answer a list of users.");
}

/** One that is none of the panel's is that record's trouble, not the others' (L28), as long as it has a name. */
function userOrNot(session: Session, user: WireObject): TargetRecord {
	try {
		return userRecord(user, session.caps);
	} catch (error) {
		const { username } = user;
		if (!(error instanceof ConnectorError) || !isText(username) || username.length > LONGEST_NAME) throw error;
		return { name: username, data: {}, unreadable: error.message };
	}
}

const LONGEST_NAME = 512;
const isText = (value: unknown): value is string => typeof value === "string" && value.isWellFormed();

export async function countUsers(session: Session): Promise<number> {
	const { total_user } = await session.object("/api/system");
	return totalIn(total_user, "GET /api/system", "panelRecords", session.caps);
}

/**
 * A page by offset, in the order of names. Rows that come or go shift the rest, so each page is read from the last
 * record of the one before: if it is not where it was, pages are walked back to where it is, or to the start.
 */
export async function readUsers(session: Session, cursor: Cursor | null, limit: number): Promise<Page<TargetRecord>> {
	const from = cursor === null ? null : readCursor(cursor, isPlace, "Marzban");
	const { offset, asked, page } = await found(session, from, limit);
	const { total } = page;
	const known = from !== null && page.records[0]?.name === from.last ? 1 : 0;
	const records = page.records.slice(known, known + limit);
	const reached = offset + known + records.length;
	const last = records.at(-1)?.name;
	const same = last !== undefined && last === from?.last ? (from.same ?? 0) + 1 : 0;
	if (same >= MOST_SAME)
		throw new ConnectorError("unexpected-answer", "GET /api/users answered one page again and again.");
	const next = last === undefined || reached >= total ? null : JSON.stringify({ offset: reached, last, asked, same });
	return { records, total, next };
}

/** The page to go on with: one that has the record that was read last, or the first. */
async function found(session: Session, from: Place | null, limit: number) {
	let offset = from === null ? 0 : Math.max(0, from.offset - 1);
	let asked = from?.asked ?? 0;
	const ask = async () => {
		const page = await usersAt(session, offset, limit + 1);
		unlessEndless(++asked, page.total, limit, "GET /api/users");
		return page;
	};
	let page = await ask();
	while (from !== null && offset > 0 && !page.records.some(({ name }) => name === from.last)) {
		offset = Math.max(0, offset - limit);
		page = await ask();
	}
	return { offset, asked, page };
}

async function usersAt(
	session: Session,
	offset: number,
	limit: number
): Promise<{ records: TargetRecord[]; total: number }> {
	try {
		const answer = await session.object("/api/users", { offset, limit, sort: "username" });
		const total = totalIn(answer.total, "GET /api/users", "panelRecords", session.caps);
		return { records: [...pageIn(usersIn(session, answer), limit, "GET /api/users")], total };
	} catch (error) {
		if (!isBroken(error)) throw error;
		const rows = `${offset + 1} to ${offset + limit}`;
		const message = `Marzban cannot list its users ${rows} by name: one of these rows holds an expiry or proxies it chokes on; find and delete it.`;
		throw new ConnectorError("broken", message, error.details);
	}
}

interface Place {
	readonly offset: number;
	readonly last: string;
	/** How many pages were asked for until here, also anew. */
	readonly asked?: number;
	/** How often in a row a page ended with the record that the one before it ended with. */
	readonly same?: number;
}
const MOST_SAME = 5;
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;

function isPlace(value: unknown): value is Place {
	const { last, offset, asked = 0, same = 0 } = fieldsOf(value);
	return typeof last === "string" && [offset, asked, same].every(isCount);
}

/** A plain list; the sudo account of the panel's environment is not in it. */
export async function listAdmins(session: Session): Promise<TargetRecord[]> {
	const answer = await session.get("/api/admins");
	const { caps } = session;
	if (Array.isArray(answer) && answer.every(isObject))
		return listIn(answer, "GET /api/admins", caps).map(admin => adminRecord(admin, caps));
	throw new ConnectorError("unexpected-answer", "GET /api/admins did not answer a list.");
}

/** An answered 500: the panel's own crash, not a proxy's trouble. */
function isBroken(error: unknown): error is ConnectorError {
	return error instanceof ConnectorError && error.details.status === 500;
}
