/** A collection as plainly as it can be said: a Map, looked through from end to end. What the real ones are held against. */

import {
	type Change,
	Conflict,
	Duplicate,
	type Filter,
	type FindOptions,
	type Scalar
} from "../../adapters/collection";

export interface Note {
	readonly id: string;
	readonly mail?: string | null;
	readonly kind?: string;
	readonly size?: number | null;
	readonly done?: boolean;
	readonly within?: unknown;
}
export const SHAPE = { name: "notes", key: "id", unique: ["mail"], indexes: ["size", ["kind", "size"]] } as const;

const clone = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
const bytes = (text: string): Buffer => Buffer.from(text);

export class Model {
	readonly records = new Map<string, Note>();
	readonly announced: string[] = [];

	/** All of them or none. @returns what the collection is to reject with */
	write(changes: readonly (Change<Note> & { readonly stale?: boolean })[], event?: string): Error | undefined {
		const before = new Map(this.records);
		for (const change of changes) {
			const refusal = this.change(change);
			if (!refusal) continue;
			this.records.clear();
			for (const [id, note] of before) this.records.set(id, note);
			return refusal;
		}
		if (event !== undefined) this.announced.push(event);
		return undefined;
	}

	private change(change: Change<Note> & { readonly stale?: boolean }): Error | undefined {
		const id = "remove" in change ? change.remove : ("put" in change ? change.put : change.insert).id;
		if (change.stale) return new Conflict("notes", id);
		if ("remove" in change) {
			this.records.delete(id);
			return undefined;
		}
		const note = "put" in change ? change.put : change.insert;
		if ("insert" in change && this.records.has(id)) return new Duplicate("notes", "id", id);
		for (const other of this.records.values())
			if (typeof note.mail === "string" && other.id !== id && other.mail === note.mail)
				return new Duplicate("notes", "mail", note.mail);
		this.records.set(id, clone(note));
		return undefined;
	}

	find(filter: Filter<Note>, sort: FindOptions<Note>["sort"] = "id"): Note[] {
		const down = sort.startsWith("-");
		const field = sort.replace("-", "") as keyof Note;
		const found = [...this.records.values()].filter(note => matches(note, filter));
		found.sort((a, b) => compare(a[field], b[field]) || compare(a.id, b.id));
		return down ? found.reverse() : found;
	}
}

function compare(a: unknown, b: unknown): number {
	const [none, other] = [a ?? null, b ?? null];
	if (none === null || other === null)
		return Number(other === null) - Number(none === null) === 0 ? 0 : none === null ? -1 : 1;
	if (typeof none === "string" && typeof other === "string") return Buffer.compare(bytes(none), bytes(other));
	return Number(none) - Number(other);
}

const RANGES: Readonly<Record<string, (order: number) => boolean>> = {
	$gt: order => order > 0,
	$gte: order => order >= 0,
	$lt: order => order < 0,
	$lte: order => order <= 0
};

const isSame = (found: unknown, asked: unknown): boolean => (found ?? null) === (asked ?? null);

export function matches(note: Note, filter: Filter<Note>): boolean {
	return Object.entries(filter).every(([field, asked]) => {
		const found = note[field as keyof Note];
		if (typeof asked !== "object" || asked === null) return isSame(found, asked);
		return Object.entries(asked as object).every(([operator, value]: [string, unknown]) => {
			if (operator === "$in") return (value as Scalar[]).some(each => isSame(found, each));
			if (operator === "$ne") return !isSame(found, value);
			return typeof found === typeof value && RANGES[operator]?.(compare(found, value)) === true;
		});
	});
}
