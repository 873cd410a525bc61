/** A notebook in one SQLite file: books, and notes in them. The target that writes it. */

import { DatabaseSync } from "node:sqlite";
import {
	ConnectorError,
	type OpenTarget,
	type Option,
	type Spec,
	type Target,
	type Undo,
	type Write
} from "../../../connectors/connector";
import { streamNamed } from "../../../connectors/streams";
import type { Json } from "../../../contracts/json";
import type { TargetRecord } from "../../../contracts/migration/records";
import { digest } from "../../../domain/canonical";

const keptIn: Option = { type: "string", required: true, fixed: true, description: "The notebook's file." };

export const notebookSpec: Spec = {
	connector: "notebook",
	role: "target",
	title: "Notebook",
	options: { keptIn },
	streams: ["lists", "tasks"],
	capabilities: { cas: false, uniqueNaturalKey: true, keysetPaging: true, longestExecution: 1 }
};

const COLUMNS: Readonly<Record<string, readonly string[]>> = { lists: ["title"], tasks: ["title", "book", "done"] };

export function openBook(path: string): DatabaseSync {
	const db = new DatabaseSync(path, { timeout: 10_000 });
	db.exec("CREATE TABLE IF NOT EXISTS lists (title TEXT PRIMARY KEY)");
	db.exec(
		"CREATE TABLE IF NOT EXISTS tasks (title TEXT PRIMARY KEY, book TEXT REFERENCES lists (title), done INTEGER)"
	);
	db.exec("PRAGMA foreign_keys = ON");
	return db;
}

/** All that stands in it. */
export const contentsOf = (db: DatabaseSync) =>
	Object.keys(COLUMNS).map(table =>
		db
			.prepare(`SELECT * FROM ${table} ORDER BY title`)
			.all()
			.map(row => ({ ...row }))
	);

export const openNotebook: OpenTarget = ({ keptIn: path }) => {
	const db = openBook(String(path));
	const columnsOf = (stream: string): readonly string[] => {
		return streamNamed("A notebook", COLUMNS, stream);
	};
	const all = (stream: string): TargetRecord[] =>
		db
			.prepare(`SELECT ${columnsOf(stream).join()} FROM ${stream} ORDER BY title`)
			.all()
			.map(row => ({ name: String(row.title), data: { ...row } as Json }));
	const find = (stream: string, name: string): TargetRecord | undefined =>
		all(stream).find(record => record.name === name);
	const put = (stream: string, data: Json): void => {
		const columns = columnsOf(stream);
		const [title = "", ...others] = columns;
		const set = others.length > 0 ? `UPDATE SET ${others.map(each => `${each} = excluded.${each}`)}` : "NOTHING";
		db.prepare(
			`INSERT INTO ${stream} (${columns}) VALUES (${columns.map(() => "?")}) ON CONFLICT (${title}) DO ${set}`
		).run(...columns.map(column => data[column] as string | number | null));
	};
	const fingerprint = (_stream: string, data: Json): string => digest(data);
	/** Is what stands there of our making? */
	const isOurs = (stream: string, found: Json | undefined, { ours, sent = [], before }: Undo | Write): boolean => {
		const there = found && fingerprint(stream, found);
		const known = [...sent, ...(before ? [before] : [])].map(data => fingerprint(stream, data));
		return there === undefined || there === ours || known.includes(there);
	};
	const count = (stream: string): number => all(stream).length;
	const target: Target = {
		spec: notebookSpec,
		check: async () => ({ ok: true, system: "notebook", version: null, account: null, findings: [], facts: {} }),
		discover: async () => notebookSpec.streams.map(stream => ({ stream, count: count(stream) })),
		count: async stream => count(stream),
		read: async (stream, cursor, limit) => {
			const rest = all(stream).filter(({ name }) => cursor === null || name > cursor);
			const records = rest.slice(0, limit);
			return { records, total: count(stream), next: rest.length > limit ? (records.at(-1)?.name ?? null) : null };
		},
		find: async (stream, names) => names.flatMap(name => find(stream, name) ?? []),
		// A file takes one line at a time.
		load: () => ({ limit: 1, running: 0, waiting: 0, reason: "ceiling" }),
		fingerprint,
		write: async (stream, write, term) => {
			if (term?.over) throw new ConnectorError("stopped", "Stopped before the next note.");
			const found = find(stream, write.name)?.data;
			const isThere = found && fingerprint(stream, found) === fingerprint(stream, write.data);
			if (!isThere && !isOurs(stream, found, write))
				throw new ConnectorError("conflict", `'${write.name}' stands there by now.`, { untouched: true });
			if (!isThere) put(stream, write.data);
			return find(stream, write.name) as TargetRecord;
		},
		undo: async (stream, undo) => {
			const found = find(stream, undo.name)?.data;
			if (found === undefined && undo.before === null) return "already";
			if (!isOurs(stream, found, undo)) return "changed-since";
			if (undo.before !== null) put(stream, undo.before);
			else db.prepare(`DELETE FROM ${stream} WHERE title = ?`).run(undo.name);
			return "restored";
		},
		close: async () => db.close()
	};
	return target;
};
