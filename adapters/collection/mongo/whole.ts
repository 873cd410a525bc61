/**
 * All of a collection in MongoDB, read while others write to it: receipts before records, so that an effect may lack its
 * receipt, never a receipt its effect; records before what waits to be announced, so that a change may be announced twice,
 * never not at all.
 */

import type { Db } from "mongodb";
import { parseJson } from "../../../contracts/json";
import { inGroups } from "../../../domain/in-groups";
import { fieldsOf } from "../../../domain/unknown";
import type { WholeLine } from "../whole";
import { fromMongo, toMongo } from "./documents";
import { inboxNames } from "./inbox";
import { ensure } from "./outbox";

const AT_ONCE = 500;

/** The names of all collections of a database. */
export async function collectionNames(db: Db): Promise<string[]> {
	const found: { _id: string }[] = await db.collection("outbox.positions").find({}).sort({ _id: 1 }).toArray();
	return found.map(({ _id }) => _id);
}

export async function* wholeCollection(db: Db, name: string): AsyncGenerator<WholeLine> {
	const [receipts = "", marks = ""] = inboxNames(name);
	const all = (of: string): AsyncIterable<Record<string, unknown>> => db.collection(of).find({}).sort({ _id: 1 });
	for await (const { _id, position } of all(marks)) yield ["passed", Number(_id), Number(position)];
	for await (const { _id, partition, position } of all(receipts))
		yield ["inbox", String(_id), Number(partition), Number(position)];
	for await (const doc of all(name)) yield ["record", fromMongo(doc)];
	for await (const { _id, event, json } of all(`${name}.outbox`))
		yield ["outbox", String(_id), String(event), fieldsOf(parseJson(String(json)))];
}

/** Into one that is empty. */
export async function storeCollection(db: Db, name: string, lines: AsyncIterable<WholeLine>): Promise<void> {
	await ensure(db, name);
	let last = 0;
	for await (const some of inGroups(lines, AT_ONCE)) {
		const byPlace = new Map<string, object[]>();
		for (const line of some) {
			const [place, doc] = kept(name, line);
			byPlace.set(place, [...(byPlace.get(place) ?? []), doc]);
			if (line[0] === "outbox") last = Math.max(last, Number(line[1]));
		}
		for (const [place, docs] of byPlace) await db.collection(place).insertMany(docs);
	}
	await db.collection("outbox.positions").updateOne({ _id: name as never }, { $max: { last } });
}

/** Takes out of the outbox what was announced. */
export async function forget(db: Db, name: string, places: readonly string[]): Promise<void> {
	await db.collection(`${name}.outbox`).deleteMany({ _id: { $in: places.map(Number) as never } });
}

function kept(name: string, line: WholeLine): readonly [place: string, doc: object] {
	const [receipts = "", marks = ""] = inboxNames(name);
	switch (line[0]) {
		case "record":
			return [name, toMongo(line[1], name)];
		case "outbox":
			return [`${name}.outbox`, { _id: Number(line[1]), event: line[2], json: JSON.stringify(line[3]) }];
		case "inbox":
			return [receipts, { _id: line[1], partition: line[2], position: line[3] }];
		case "passed":
			return [marks, { _id: line[1], position: line[2] }];
	}
}
