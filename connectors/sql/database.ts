/** A system's own database, for what its API cannot say. Cells go in as they are and come out as text, exact. */

import type { Folding } from "../../domain/migration/folding";
import { beyond } from "../beyond";
import type { Caps } from "../caps";
import { ConnectorError } from "../connector";
import type { Reach } from "../http/reach";

export type Cell = string | bigint | null;
/** Integers as decimal text, times as the database spells them. */
export type Row = Readonly<Record<string, string | null>>;

export interface Statement {
	readonly sql: string;
	readonly cells?: readonly Cell[];
	/** Changes fewer rows than these: somebody was faster, all is rolled back and a `conflict` thrown. */
	readonly least?: number;
}

export interface Opening {
	/** `read`: the database itself refuses every write on this connection. @default write */
	readonly access?: "read" | "write";
	/** Where its server may be. @default anywhere */
	readonly reach?: Reach;
	/** How much is taken of it. @default as the table of limits has it */
	readonly caps?: Caps;
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

const PLACE = "The database's answer";

/** The rows of one answer, as many as are taken. */
export class Rows {
	readonly all: Row[] = [];
	readonly #caps: Caps;
	#cells = 0;
	#size = 0;

	constructor(caps: Caps) {
		this.#caps = caps;
	}

	/** @throws ConnectorError beyond what is taken */
	add(cells: readonly (readonly [name: string, cell: unknown])[]): void {
		const row = cells.map(([name, cell]): [string, string | null] => [name, asText(cell)]);
		this.#cells += row.length;
		for (const [, text] of row) this.#size += text?.length ?? 0;
		const { panelAnswerBytes, panelAnswerValues } = this.#caps;
		if (this.#cells > panelAnswerValues) throw beyond(`${PLACE} has too many values`, "panelAnswerValues", this.#caps);
		if (this.#size > panelAnswerBytes) throw beyond(`${PLACE} is too large`, "panelAnswerBytes", this.#caps);
		this.all.push(Object.fromEntries(row));
	}
}

function asText(cell: unknown): string | null {
	if (cell === null || cell === undefined) return null;
	if (cell instanceof Uint8Array) return Buffer.from(cell).toString();
	return typeof cell === "object" ? JSON.stringify(cell) : String(cell);
}

/** What no column holds never gets to one: how a driver refuses it may say it back. */
export function fitting(cells: readonly Cell[]): readonly Cell[] {
	const isTooLarge = (cell: Cell): boolean => typeof cell === "bigint" && BigInt.asIntN(64, cell) !== cell;
	if (!cells.some(isTooLarge)) return cells;
	throw new ConnectorError("refused", "The database has no room for a number beyond 2^63.");
}
