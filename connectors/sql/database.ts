/** A system's own database, for what its API cannot say. Cells go in as they are and come out as text, exact. */

import type { Folding } from "../../domain/migration/folding";
import { ConnectorError } from "../connector";

export type Cell = string | bigint | null;
/** Integers as decimal text, times as the database spells them. */
export type Row = Readonly<Record<string, string | null>>;

export interface Statement {
	readonly sql: string;
	readonly cells?: readonly Cell[];
	/** Changes fewer rows than these: somebody was faster, all is rolled back and a `conflict` thrown. */
	readonly least?: number;
}

export interface Database {
	readonly kind: "sqlite" | "mysql";
	read(sql: string, cells?: readonly Cell[]): Promise<Row[]>;
	/**
	 * One transaction of statements that are all known before it begins, so that none is ever open while something else
	 * is waited for. `rehearsal` rolls it back: it says whether it could be done.
	 */
	change(statements: readonly Statement[], rehearsal?: "rehearsal"): Promise<void>;
	/** By column, how many characters it holds; null for no bound. Empty for a table that is not there. */
	columns(table: string): Promise<ReadonlyMap<string, number | null>>;
	/** Which values of a unique column it takes for one. */
	naming(table: string, column: string): Promise<Folding>;
	/** A consistent copy into a new file; false: this kind cannot be copied from here. */
	copyTo(file: string): Promise<boolean>;
	close(): Promise<void>;
}

export const overtaken = () => new ConnectorError("conflict", "The row was changed by somebody else meanwhile.");

/** What no column holds never gets to one: how a driver refuses it may say it back. */
export function fitting(cells: readonly Cell[]): readonly Cell[] {
	const isTooLarge = (cell: Cell): boolean => typeof cell === "bigint" && BigInt.asIntN(64, cell) !== cell;
	if (!cells.some(isTooLarge)) return cells;
	throw new ConnectorError("refused", "The database has no room for a number beyond 2^63.");
}
