/** A file as a whole, looked at once for as long as it stays as it is: its digest, its rows, what is in it twice. */

import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { own } from "../../domain/own";
import { unlessGone } from "../caller";
import type { Caps } from "../caps";
import { ConnectorError } from "../connector";
import { type Form, identityIn } from "./form";
import { type Holder, Repeats, Seen } from "./repeats";
import { chunksFrom, type Place, type Row, type Rows } from "./rows";

export interface Survey {
	/** Of the whole file, in hex. */
	readonly digest: string;
	/** Where the file names them itself. */
	readonly columns: readonly string[] | null;
	readonly first: Place;
	readonly rows: number;
	/** Rows that cannot be read: the first lines of them, and how many there are. */
	readonly bad: { readonly count: number; readonly lines: readonly number[] };
	/** Of an identity that several rows have, the first one's line. */
	readonly firstOf: (id: string) => number | undefined;
	/** Who shares an identity, or a value of the unique column. */
	readonly repeated: { readonly ids: readonly Holder[][]; readonly values: readonly Holder[][] };
}

const SHOWN = 5;
/** So often whoever waits is looked after. */
const AT_ONCE = 10_000;

export async function surveyOf(file: FileHandle, rows: Rows, form: Form, caps: Caps): Promise<Survey> {
	const digest = await digestOfFile(file);
	const { columns, first } = await rows.head();
	const [ids, values] = [new Seen(), new Seen()];
	let count = 0;
	const bad: number[] = [];
	let badCount = 0;
	for await (const row of rows.from(first)) {
		if (++count > caps.panelRecords) throw tooMany(caps.panelRecords);
		if (count % AT_ONCE === 0) unlessGone();
		if (row.fields === undefined && ++badCount <= SHOWN) bad.push(row.line);
		told(row, form, ids, values);
	}
	const repeats = await repeatsOf(rows, first, form, { ids, values });
	return {
		digest,
		columns,
		first,
		rows: count,
		bad: { count: badCount, lines: bad },
		firstOf: id => repeats.ids.first(id),
		repeated: { ids: repeats.ids.groups, values: repeats.values.groups }
	};
}

const tooMany = (most: number) =>
	new ConnectorError("refused", `The file has more than ${most} rows: raise PANEL_RECORDS, or move it in parts.`);

async function digestOfFile(file: FileHandle): Promise<string> {
	const hash = createHash("sha256");
	for await (const chunk of chunksFrom(file, 0)) hash.update(chunk);
	return hash.digest("hex");
}

interface Into {
	add(text: string, holder: Holder): void;
}

function told(row: Row, form: Form, ids: Into, values: Into): void {
	if (row.fields === undefined) return;
	const id = identityIn(row.fields, form);
	if (id === undefined) return;
	const holder = { line: row.line, id };
	ids.add(id, holder);
	const value = own(row.fields, form.unique);
	if (typeof value === "string" && value.trim() !== "") values.add(alike(value), holder);
}

/** What most systems take for one address. */
const alike = (text: string): string => text.normalize("NFC").trim().toLowerCase();

/** Where something may be there twice, the rows are walked once more. */
async function repeatsOf(rows: Rows, first: Place, form: Form, seen: { readonly ids: Seen; readonly values: Seen }) {
	const suspects = { ids: seen.ids.suspects(), values: seen.values.suspects() };
	const repeats = { ids: new Repeats(suspects.ids), values: new Repeats(suspects.values) };
	if (suspects.ids.size + suspects.values.size > 0)
		for await (const row of rows.from(first)) told(row, form, repeats.ids, repeats.values);
	return repeats;
}
