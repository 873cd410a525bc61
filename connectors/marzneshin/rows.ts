/**
 * A page of users, also where the panel cannot make it: one row that breaks the panel's own rules makes every page with it
 * answer 500. Such a page is read in blocks of 2^k rows, which are pages of that size; a block that fails is halved.
 * So a row is found in about 2 log2 of the page's size requests, and all its neighbours are read.
 */

import { MOST_UNREADABLE } from "../../domain/migration/unreadable";
import { ConnectorError } from "../connector";
import type { WireObject } from "../http/json";
import type { Query, Session } from "../http/session";
import { page } from "./api";
import type { Stream } from "./records";

/** Null for a row that cannot be read. */
export type Row = WireObject | null;

export interface Rows {
	readonly rows: readonly Row[];
	readonly total: number;
}

/** Behind the last row of any panel: its answer has the total and no row, however broken they are. */
const BEHIND = 1_000_000_000;
const LARGEST_BLOCK = 64;
/** How often a page is narrowed anew because rows came or went meanwhile. */
const MOST_TRIES = 3;

export async function rowsOf(
	session: Session,
	path: string,
	query: Query,
	number: number,
	size: number
): Promise<Rows> {
	try {
		const { items, total } = await page(session, path, { ...query, page: number, size });
		return { rows: items, total };
	} catch (error) {
		if (!isCrash(error)) throw error;
		return await narrowed(session, path, query, (number - 1) * size, size);
	}
}

/** @throws the panel's own failure, where it is not rows that fail */
async function totalOf(session: Session, path: string, query: Query = {}): Promise<number> {
	return (await page(session, path, { ...query, page: BEHIND, size: 1 })).total;
}

async function narrowed(session: Session, path: string, query: Query, from: number, size: number): Promise<Rows> {
	for (let tries = 1; ; tries++) {
		const before = await totalOf(session, path, query);
		const asked: Asked = { session, path, query, left: MOST_UNREADABLE };
		const rows: Row[] = [];
		for (const block of blocks(from, Math.min(from + size, before))) rows.push(...(await halved(asked, block)));
		const total = await totalOf(session, path, query);
		if (total === before || tries === MOST_TRIES) return { rows, total };
	}
}

interface Asked {
	readonly session: Session;
	readonly path: string;
	readonly query: Query;
	/** How many more rows may be given up. */
	left: number;
}
interface Block {
	readonly from: number;
	readonly size: number;
}

/** The fewest blocks of 2^k rows that begin at a multiple of their size, from one offset to another. */
export function blocks(from: number, to: number): Block[] {
	const found: Block[] = [];
	for (let at = from; at < to; ) {
		let size = 1;
		while (size < LARGEST_BLOCK && at % (size * 2) === 0 && at + size * 2 <= to) size *= 2;
		found.push({ from: at, size });
		at += size;
	}
	return found;
}

async function halved(asked: Asked, { from, size }: Block): Promise<Row[]> {
	const { session, path, query } = asked;
	try {
		// Only a single row is given up, so only of a single row must it be certain.
		const one = { ...query, page: from / size + 1, size };
		return [...(await page(session, path, one, size > 1 ? "once" : "usual")).items];
	} catch (error) {
		if (!isCrash(error)) throw error;
		if (size > 1) {
			const half = size / 2;
			const left = await halved(asked, { from, size: half });
			return [...left, ...(await halved(asked, { from: from + half, size: half }))];
		}
		await totalOf(session, path, query);
		if (asked.left-- === 0) throw error;
		return [null];
	}
}

/** What the panel says when it cannot make an answer; a proxy's 502 and the like say nothing of rows. */
const isCrash = (error: unknown): boolean => error instanceof ConnectorError && error.details.status === 500;

/** How many records a stream has, however broken they are. */
export async function count(session: Session, stream: Stream): Promise<number> {
	return stream.single ? 1 : await totalOf(session, stream.path);
}
