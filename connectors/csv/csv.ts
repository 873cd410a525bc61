/**
 * CSV (RFC 4180). A row that breaks its rules ends where its line does: whatever an open quote would swallow is read all the
 * same, and the line is told.
 */

import type { FileHandle } from "node:fs/promises";
import type { CsvError, Options as CsvOptions, Parser } from "csv-parse";
import { propertyOf, textOf } from "../../domain/unknown";
import { linesFrom } from "./lines";
import { chunksFrom, NO_UTF8, type Place, type Row, type Rows, UTF8_FAULT } from "./rows";

export interface CsvForm {
	readonly delimiter: string;
	/** Bytes of a row. */
	readonly most: number;
}

/** What the parser says of a row. */
interface Parsed {
	readonly record: string[];
	readonly raw: string;
	readonly info: { readonly bytes: number };
}

type Cells = Omit<Row, "fields"> & { readonly cells?: readonly string[] };

const BOM = Buffer.from("\ufeff");
const ENDS = /\r\n|\r|\n/g;

export function csvRows(file: FileHandle, form: CsvForm): Rows {
	const cells = (place: Place) => cellsFrom(file, place, form);
	let found: ReturnType<Rows["head"]> | undefined;
	const read = async () => {
		const { value } = await cells(await afterMark(file)).next();
		const names: readonly string[] = value?.cells ?? [];
		const first = { at: value?.next ?? 0, line: value?.nextLine ?? 1 };
		return { columns: names.map(name => name.trim()), first };
	};
	const head = (): ReturnType<Rows["head"]> => {
		found ??= read();
		return found;
	};
	return {
		head,
		async *from(place) {
			const { columns } = await head();
			for await (const { cells: values, ...row } of cells(place))
				yield values ? { ...row, ...named(columns ?? [], values) } : row;
		}
	};
}

async function afterMark(file: FileHandle): Promise<Place> {
	const { buffer } = await file.read(Buffer.alloc(BOM.length), 0, BOM.length, 0);
	return { at: buffer.equals(BOM) ? BOM.length : 0, line: 1 };
}

function named(columns: readonly string[], cells: readonly string[]): Pick<Row, "fields" | "fault"> {
	if (cells.length !== columns.length)
		return { fault: `it has ${cells.length} fields, and the header names ${columns.length}` };
	if (cells.some(cell => NO_UTF8.test(cell))) return { fault: UTF8_FAULT };
	return { fields: Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? ""])) };
}

async function* cellsFrom(file: FileHandle, from: Place, form: CsvForm): AsyncGenerator<Cells> {
	let place = from;
	for (;;) {
		let fault: string | undefined;
		for await (const each of rowsUntilFault(file, place, form)) {
			if (typeof each === "string") fault = each;
			else {
				place = { at: each.next, line: each.nextLine };
				yield each;
			}
		}
		if (fault === undefined) return;
		const bad = await lineAt(file, place, form.most);
		if (bad === undefined) return;
		place = { at: bad.next, line: bad.line + 1 };
		yield { line: bad.line, next: bad.next, nextLine: place.line, fault };
	}
}

/** The next line that says anything. */
async function lineAt(file: FileHandle, place: Place, most: number) {
	for await (const line of linesFrom(file, place, most)) if (line.text?.trim() !== "") return line;
	return undefined;
}

/** Rows up to the first that breaks a rule; then which, as a text. */
async function* rowsUntilFault(file: FileHandle, place: Place, form: CsvForm): AsyncGenerator<Cells | string> {
	const read: Parsed[] = [];
	const parser = parserInto(read, form);
	let line = place.line;
	const taken = (): Cells[] =>
		read.splice(0).map(({ record, raw, info }) => {
			const begin = line + (/^[\r\n]*/.exec(raw)?.[0].match(ENDS)?.length ?? 0);
			line += raw.match(ENDS)?.length ?? 0;
			return { line: begin, next: place.at + info.bytes, nextLine: line, cells: record };
		});
	try {
		for await (const chunk of chunksFrom(file, place.at)) {
			const failed = await fed(parser, chunk);
			yield* taken();
			if (failed) return yield told(failed);
		}
		const failed = await ended(parser);
		yield* taken();
		if (failed) yield told(failed);
	} finally {
		parser.destroy();
	}
}

function parserInto(read: Parsed[], { delimiter, most }: CsvForm): Parser {
	const { parse }: typeof import("csv-parse") = require("csv-parse");
	const options: CsvOptions = {
		delimiter,
		info: true,
		raw: true,
		relax_column_count: true,
		skip_empty_lines: true,
		max_record_size: most,
		// Kept here: what the parser has not handed on when it fails is lost with it.
		on_record: (row: unknown) => {
			read.push(row as Parsed);
			return null;
		}
	};
	// What it fails with is answered to whoever feeds it.
	return parse(options).on("error", () => undefined);
}

type Failure = Error | null | undefined;

const fed = (parser: Parser, chunk: Buffer): Promise<Failure> =>
	new Promise(resolve => parser.write(chunk, error => resolve(error)));

const ended = (parser: Parser): Promise<Failure> =>
	new Promise(resolve => {
		parser.once("error", resolve).once("end", () => resolve(undefined));
		parser.resume().end();
	});

const FAULTS: Readonly<Partial<Record<CsvError["code"], string>>> = {
	CSV_QUOTE_NOT_CLOSED: "a quote is opened in it and never closed",
	CSV_MAX_RECORD_SIZE: "a quote is opened in it and not closed for longer than a record may be (PANEL_RECORD_LIMIT)",
	CSV_INVALID_CLOSING_QUOTE: 'after a closing quote something else than the delimiter follows: a quote in a text is ""',
	INVALID_OPENING_QUOTE: 'a quote stands within a field that is not quoted: quote the field and write ""'
};

function told(error: Error): string {
	const code = textOf(error, "code") ?? "";
	return String(propertyOf(FAULTS, code) ?? `it is no CSV (${code})`);
}
