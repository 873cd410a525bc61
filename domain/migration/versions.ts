/**
 * Which version of each event's data this program writes, and how it reads the earlier ones. Events are stored for ever:
 * one that lacks a version is of version 1, and each version has an upcaster to the next one, pure, that stays.
 */

import { isTable, type Json, type JsonValue } from "../../contracts/json";
import { own } from "../own";
import type { ComparisonEvent, RecordEvent, RunEvent, UndoEvent } from "./events";
import type { LeaseEvent } from "./lease";

/** What a stream of the store holds events of; a type may mean another thing in another family. */
interface Families {
	run: RunEvent;
	records: RecordEvent;
	comparisons: ComparisonEvent;
	undos: UndoEvent;
	lease: LeaseEvent;
}
type Family = keyof Families;

/** Takes an event's data from one version to the next. */
type Upcaster = (data: Json) => Json;

/** By family and type, the upcasters from version 1 on: what is written has the version after the last of them. */
type Upcasters = { readonly [F in Family]: { readonly [T in Families[F]["type"]]: readonly Upcaster[] } };

/** 1: of a code, the severity of the first record may stand for all of them. 2: how many records by severity. */
const lossesBySeverity: Upcaster = data => {
	const losses = isTable(data.losses) ? Object.entries(data.losses) : [];
	const counted = (said: JsonValue): JsonValue =>
		isTable(said) && said.count !== undefined ? { [String(said.severity ?? "info")]: said.count } : said;
	return { ...data, losses: Object.fromEntries(losses.map(([code, said]) => [code, counted(said)])) };
};

/** 1: the rules of the one mapping there was. 2: whatever rules the run's mapping has, and those are among them. */
const anyRules: Upcaster = data => data;

/** 2: what the target lacks and is taken across by hand is of one kind. 3: of whatever kinds the mapping has. */
const anyArtefacts: Upcaster = data => {
	const { plan } = data;
	if (!isTable(plan) || !Array.isArray(plan.missingInbounds)) return data;
	const artefacts = plan.missingInbounds.length === 0 ? [] : [{ kind: "inbounds", keys: plan.missingInbounds }];
	return { ...data, plan: { ...plan, artefacts } };
};

/** 1: nobody knows under which request a word was given. 2: that may stand there. */
const maybeRequested: Upcaster = data => data;

export const UPCASTERS: Upcasters = {
	run: {
		planned: [anyRules, anyArtefacts],
		redefined: [anyRules, maybeRequested],
		taken: [],
		backedUp: [],
		copied: [lossesBySeverity],
		settled: [lossesBySeverity],
		compared: [],
		again: [maybeRequested],
		surveyed: [],
		accepted: [maybeRequested],
		finished: [],
		failed: [],
		paused: [maybeRequested],
		restored: [],
		cancelled: [maybeRequested],
		undoing: [maybeRequested],
		undone: [],
		rolledBack: []
	},
	records: { prepared: [], written: [], removed: [] },
	comparisons: { compared: [] },
	undos: { undone: [] },
	lease: { acquired: [], renewed: [], released: [] }
};

const FAMILIES: readonly (readonly [RegExp, Family])[] = [
	[/^lease\//, "lease"],
	[/^migration\/[^/]+$/, "run"],
	[/^migration\/[^/]+\/records\//, "records"],
	[/^migration\/[^/]+\/comparisons\//, "comparisons"],
	[/^migration\/[^/]+\/undos\//, "undos"]
];

const familyOf = (stream: string): Family | undefined => FAMILIES.find(([name]) => name.test(stream))?.[1];

/** An event as it is stored. */
export interface Stored {
	readonly type: string;
	readonly v?: number;
	readonly data: unknown;
}

/** The upcasters of that type; undefined where it is none of this program, `null` where the stream's have no versions. */
function upcastersOf(stream: string, type: string): readonly Upcaster[] | null | undefined {
	const family = familyOf(stream);
	return family === undefined ? null : own<readonly Upcaster[]>(UPCASTERS[family], type);
}

/** As it is written now. */
export function stamped(stream: string, event: Stored): Stored {
	const upcasters = upcastersOf(stream, event.type);
	return upcasters ? { type: event.type, v: upcasters.length + 1, data: event.data } : event;
}

/** A stored event as one of the present version. @throws NewerEvent where it is of no version that is known here */
export function lifted(stream: string, event: Stored): Stored {
	const upcasters = upcastersOf(stream, event.type);
	if (upcasters === null) return event;
	const { type, v = 1, data } = event;
	const current = (upcasters?.length ?? 0) + 1;
	if (upcasters === undefined || !(v >= 1 && v <= current)) throw new NewerEvent(stream, type, v);
	return v === current ? event : { type, v: current, data: upcasters.slice(v - 1).reduce(raise, data) };
}

const raise = (data: unknown, upcast: Upcaster): unknown => upcast(data as Json);

/** Half of a stream says something else than the whole: what a newer release wrote is not read at all. */
export class NewerEvent extends Error {
	override readonly name = "NewerEvent";
	readonly code = "STORE_NEWER";
	constructor(stream: string, type: string, version: number) {
		super(
			`'${stream}' holds an event '${type}' of version ${version}, which a newer Banyan wrote: upgrade this one, or use the data folder with the release that wrote it.`
		);
	}
}
