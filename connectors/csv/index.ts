/** A file of records as a source: CSV with a header, or NDJSON. Only read, in its own order. */

import { type FileHandle, open } from "node:fs/promises";
import type { Json } from "../../contracts/json";
import type { Connection, SourceRecord } from "../../contracts/migration/records";
import { isFields } from "../../domain/unknown";
import { type Caps, USUAL } from "../caps";
import {
	type Check,
	ConnectorError,
	type Cursor,
	type OpenSource,
	type Page,
	type Source,
	type Spec
} from "../connector";
import { readCursor } from "../cursor";
import { digest } from "../fingerprint";
import { Options } from "../http/options";
import { streamNamed } from "../streams";
import { checkCsv } from "./check";
import { csvRows } from "./csv";
import { type Form, formOf, hashIn, OPTIONS, recordOf } from "./form";
import { ndjsonRows } from "./ndjson";
import type { Place, Row, Rows } from "./rows";
import { type Survey, surveyOf } from "./survey";

export const csvSpec: Spec = {
	connector: "csv",
	role: "source",
	title: "File",
	options: OPTIONS,
	streams: ["accounts"],
	capabilities: { cas: false, uniqueNaturalKey: true, keysetPaging: true, longestExecution: 1 }
};

export const openCsv: OpenSource = (connection, caps) => new CsvSource(connection, caps);

/** Where to go on, and in which content of the file. */
type At = readonly [digest: string, at: number, line: number];

const isAt = (value: unknown): value is At =>
	Array.isArray(value) && typeof value[0] === "string" && [value[1], value[2]].every(Number.isSafeInteger);

const STREAMS = { accounts: true } as const;

class CsvSource implements Source {
	readonly spec = csvSpec;
	readonly #path: string;
	readonly #form: Form;
	readonly #rowsOf: (file: FileHandle) => Rows;
	readonly #caps: Caps;
	#surveyed: { readonly stamp: string; readonly survey: Promise<Survey> } | undefined;
	/** Where the secrets asked for last stood: the next ones are behind it, most often. */
	#hint: Place | undefined;

	constructor(connection: Connection, caps: Caps = USUAL) {
		const options = new Options(csvSpec, connection);
		if (options.string("hash") !== "" && options.string("digestKey") === "")
			throw new ConnectorError("refused", "Option digestKey is missing: hashes are kept under a key alone.");
		this.#path = options.string("file");
		this.#form = formOf(options);
		this.#caps = caps;
		const format = options.string("format");
		const isNdjson = format === "ndjson" || (format === "auto" && /\.(ndjson|jsonl)$/i.test(this.#path));
		const delimiter = options.string("delimiter").replace("tab", "\t");
		const most = caps.panelRecordBytes;
		this.#rowsOf = file => (isNdjson ? ndjsonRows(file, most) : csvRows(file, { delimiter, most }));
	}

	check(): Promise<Check> {
		return checkCsv(this.#form, () => this.#with(async (_, survey) => survey));
	}

	async discover(): Promise<{ stream: string; count: number }[]> {
		return await Promise.all(csvSpec.streams.map(async stream => ({ stream, count: await this.count(stream) })));
	}

	async count(stream: string): Promise<number> {
		streamNamed(csvSpec.title, STREAMS, stream);
		return await this.#with(async (_, { rows }) => rows);
	}

	async read(stream: string, cursor: Cursor | null, limit: number): Promise<Page<SourceRecord>> {
		streamNamed(csvSpec.title, STREAMS, stream);
		const asked = cursor === null ? undefined : readCursor(cursor, isAt, csvSpec.title);
		return await this.#with((rows, survey) => this.#page(rows, survey, asked, Math.max(1, limit)));
	}

	async find(stream: string, name: string): Promise<SourceRecord | undefined> {
		streamNamed(csvSpec.title, STREAMS, stream);
		return await this.#with(async (rows, { first, firstOf }) => {
			for await (const row of rows.from(first)) {
				const record = recordOf(row, this.#form, firstOf);
				if (record.name === name) return record;
			}
			return undefined;
		});
	}

	async secrets(stream: string, names: readonly string[]): Promise<Record<string, Record<string, string>>> {
		streamNamed(csvSpec.title, STREAMS, stream);
		return await this.#with((rows, survey) => this.#hashes(rows, survey, new Set(names)));
	}

	fingerprint(_stream: string, data: Json): string {
		return digest(data);
	}

	async close(): Promise<void> {}

	async #page(rows: Rows, survey: Survey, asked: At | undefined, limit: number): Promise<Page<SourceRecord>> {
		const [of, at, line] = asked ?? [survey.digest, survey.first.at, survey.first.line];
		if (of !== survey.digest) throw changed();
		const records: SourceRecord[] = [];
		let place: Place | undefined = { at, line };
		for await (const row of rows.from(place)) {
			if (records.length === limit) {
				const next = JSON.stringify([survey.digest, place.at, place.line] satisfies At);
				return { records, next, total: survey.rows };
			}
			place = { at: row.next, line: row.nextLine };
			records.push(recordOf(row, this.#form, survey.firstOf));
		}
		return { records, next: null, total: survey.rows };
	}

	/** Batches ask in the file's order: each goes on where the one before it ended, and from the start where it must. */
	async #hashes(
		rows: Rows,
		{ first, firstOf }: Survey,
		names: Set<string>
	): Promise<Record<string, Record<string, string>>> {
		const found: [string, Record<string, string>][] = [];
		const take = (row: Row): void => {
			const { name, quarantine } = recordOf(row, this.#form, firstOf);
			if (quarantine || !names.delete(name)) return;
			const hash = row.fields && hashIn(row.fields, this.#form);
			if (hash !== undefined) found.push([name, { password: hash }]);
		};
		const begin = this.#hint ?? first;
		await this.#walk(rows, begin, Number.POSITIVE_INFINITY, take, names);
		await this.#walk(rows, first, begin.at, take, names);
		return Object.fromEntries(found);
	}

	/** Until nobody is looked for any more. */
	async #walk(
		rows: Rows,
		from: Place,
		until: number,
		take: (row: Row) => void,
		names: ReadonlySet<string>
	): Promise<void> {
		if (names.size === 0 || from.at >= until) return;
		for await (const row of rows.from(from)) {
			take(row);
			this.#hint = { at: row.next, line: row.nextLine };
			if (names.size === 0 || row.next >= until) return;
		}
	}

	/** With the file open, as it is now, and no other when it is done. */
	async #with<T>(work: (rows: Rows, survey: Survey) => Promise<T>): Promise<T> {
		const file = await open(this.#path).catch(unreadable);
		try {
			const stamp = await stampOf(file);
			const rows = this.#rowsOf(file);
			const survey = await this.#survey(file, stamp, rows);
			const done = await work(rows, survey);
			if ((await stampOf(file)) !== stamp) throw changed();
			return done;
		} finally {
			await file.close();
		}
	}

	#survey(file: FileHandle, stamp: string, rows: Rows): Promise<Survey> {
		if (this.#surveyed?.stamp === stamp) return this.#surveyed.survey;
		const survey = surveyOf(file, rows, this.#form, this.#caps);
		this.#surveyed = { stamp, survey };
		this.#hint = undefined;
		survey.catch(() => {
			if (this.#surveyed?.survey === survey) this.#surveyed = undefined;
		});
		return survey;
	}
}

/** Changes whenever the file does. */
async function stampOf(file: FileHandle): Promise<string> {
	const { ino, size, mtimeNs, ctimeNs } = await file.stat({ bigint: true });
	return [ino, size, mtimeNs, ctimeNs].join();
}

const changed = () =>
	new ConnectorError(
		"changed",
		"The file has changed since it was begun: put it back as it was and go on, or take back what was moved and plan anew."
	);

function unreadable(error: unknown): never {
	const code = isFields(error) ? String(error.code) : "";
	const says = code === "ENOENT" ? "is not there" : `cannot be read (${code})`;
	throw new ConnectorError("unreachable", `The file ${says}: look at option file.`);
}
