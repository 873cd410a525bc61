/**
 * What a mapping is, and how it is applied: rows of data that name a converter each. What a row means is in its converter,
 * nowhere else. All that is one pair of systems' own is said by its mapping: the pipeline knows none.
 */

import type { Json, JsonValue } from "../../contracts/json";
import type { Finding } from "../../contracts/migration/connection";
import type { Definition } from "../../contracts/migration/definition";
import type { Lacking } from "../../contracts/migration/plan";
import type { Loss, OldLink, Quarantine, SourceRecord, Transformed } from "../../contracts/migration/records";
import type { FieldMapping } from "../../contracts/migration/transformer";
import type { RuleDescription, Violation } from "../../contracts/migration/validator";
import type { Schema } from "../../contracts/schema";
import type { Wording } from "./vocabulary";

/** What a converter answers: a value, or nothing for a field that has no counterpart; and what is lost on the way. */
export interface Converted {
	readonly value?: JsonValue;
	readonly losses?: readonly Loss[];
	/** The record must not be moved. */
	readonly quarantine?: Quarantine;
}

/** Reads the fields its row names from `data`; knows both sides by `context`. Pure. */
export type Converter<C> = (data: Json, context: C, row: FieldMapping) => Converted;

export interface StreamMapping<C> {
	readonly rows: readonly FieldMapping[];
	readonly converters: Readonly<Record<string, Converter<C>>>;
	/** The target's field that is the record's name there. */
	readonly nameField: string;
	/** Streams whose records these refer to: they are moved before. */
	readonly after?: readonly string[];
	/** Secrets that a new record of this stream gets, where the source's cannot be read: the operator hands them out. */
	readonly newSecrets?: NewSecrets;
	/** Where it can: does this record keep its own? */
	readonly keepsSecrets?: (data: Json, context: C) => boolean;
	/** Are the secrets that a new record gets told to nobody? */
	readonly withholds?: (data: Json, context: C) => boolean;
	/** The address at the source that the record's owner has stored. */
	readonly oldLink?: (data: Json) => OldLink | undefined;
	/** Whoever it belongs to: at the target, where it is moved, otherwise at the source. */
	readonly owner?: (data: Json, target: Json | undefined) => JsonValue | undefined;
	/** Its path, as it is asked for. */
	readonly oldPath?: (data: Json) => string | undefined;
}

/** What a check found, by name. */
export type Facts = Readonly<Record<string, JsonValue>>;

/** Secrets that are made for new records, and the table that they are handed out by: nothing else names them. */
export interface NewSecrets {
	/** As the target's connector calls them. */
	readonly fields: readonly string[];
	/** The table is `<migration>-<stream>-<file>.csv` in the data folder. */
	readonly file: string;
	readonly columns: readonly [name: string, secret: string];
}

/** What a definition may say where this mapping is meant. */
export interface Choices {
	/** Those that a definition moves which names none, in order. */
	readonly defaultStreams: readonly string[];
	/** What it may set in `rules`, with defaults. */
	readonly rulesSchema: Schema;
	/** Of its codes the losses may be accepted. */
	readonly losses: Wording["losses"];
}

/** What a mapping is, before it is loaded. */
export interface MappingSpec extends Wording, Choices {
	readonly name: string;
	/** The connectors that it joins. */
	readonly source: string;
	readonly target: string;
}

/** A mapping among others: what it is, and how it is made ready (hashes are loaded); then it is pure and synchronous. */
export interface MappingEntry {
	readonly spec: MappingSpec;
	load(): Promise<Mapping<Json>>;
}

/** How the records of one system become records of another. */
export interface Mapping<C> extends MappingSpec {
	/** By stream. */
	readonly streams: Readonly<Record<string, StreamMapping<C>>>;
	/** What the converters need to know, from what the two checks found. JSON, fixed for the run. */
	readonly contextOf: (source: Facts, target: Facts, definition: Definition) => C;
	/** What an operator should know, or must mend, before they start. */
	readonly findings: (context: C, source: Facts, target: Facts, definition: Definition) => readonly Finding[];
	/** Is anything written beside the target's API? A copy of it is taken before the first write. */
	readonly needsBackup?: (context: C) => boolean;
	/** What of its artefacts is in use, and the target could have and has not. */
	readonly lacking?: (context: C) => readonly Lacking[];
	/** What its `violation` looks for, in words. */
	readonly rules: readonly RuleDescription[];
	readonly violation: (stream: string, record: { id: string; data: Json }, context: C) => Violation | undefined;
}

/** A record as the target shall hold it, with what is lost; or the first reason why it cannot be moved. */
export function transform<C>(mapping: StreamMapping<C>, record: SourceRecord, context: C): Transformed {
	const { id, name } = record;
	const data: Json = {};
	const losses: Loss[] = [];
	for (const row of mapping.rows) {
		const { value, losses: lost = [], quarantine } = converter(mapping, row)(record.data, context, row);
		if (quarantine) return left({ id, name, ...ownerOf(mapping, record.data) }, quarantine);
		losses.push(...lost);
		if (row.to !== null && value !== undefined) data[row.to] = value;
	}
	const oldLink = mapping.oldLink?.(record.data);
	const target = { name: String(data[mapping.nameField]), data };
	const keepsSecrets = mapping.keepsSecrets?.(record.data, context) ?? false;
	const withheld = mapping.withholds?.(record.data, context) ?? false;
	const more = { ...(oldLink && { oldLink }), ...(keepsSecrets && { keepsSecrets }), ...(withheld && { withheld }) };
	return { id, name, target, losses, ...more, ...ownerOf(mapping, record.data, data) };
}

function ownerOf<C>({ owner }: StreamMapping<C>, data: Json, target?: Json): Pick<Transformed, "owner"> {
	const found = owner?.(data, target);
	return typeof found === "string" && found !== "" ? { owner: found } : {};
}

/** A record that is not moved. */
export const left = ({ id, name, owner }: Omit<Transformed, "losses">, quarantine: Quarantine): Transformed => ({
	id,
	name,
	losses: [],
	quarantine,
	...(owner !== undefined && { owner })
});

function converter<C>(mapping: StreamMapping<C>, row: FieldMapping): Converter<C> {
	const found = mapping.converters[row.convert];
	if (!found) throw new Error(`The mapping names a converter '${row.convert}' that does not exist.`);
	return found;
}
