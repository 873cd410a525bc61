/** What documents are found by: made when a collection is opened, by whichever node comes first. */

import type { Collection } from "mongodb";
import { messageOf, propertyOf, textOf } from "../../../domain/unknown";
import { StoreUnfit } from "../../errors";
import { codeOf, isDuplicate } from "../../mongo/faults";
import type { Fields } from "../indexes";

interface Index {
	readonly name: string;
	readonly key: Readonly<Record<string, 1>>;
	readonly unique?: true;
	readonly partialFilterExpression?: object;
}

const UNIQUE = "unique_";
/** Null is not unique: it is as though nothing were there. */
const THERE = { $type: ["string", "number", "bool", "object"] };

const keyOf = (fields: readonly string[]): Record<string, 1> => Object.fromEntries(fields.map(field => [field, 1]));

/** The key behind what documents are sorted by: the order of those that are equal, and where a page ended. */
export const wanted = ({ unique = [], indexes = [] }: Fields): Index[] => [
	...unique.map(
		(field): Index => ({
			name: `${UNIQUE}${field}`,
			key: keyOf([field]),
			unique: true,
			partialFilterExpression: { [field]: THERE }
		})
	),
	...[...unique, ...indexes].map(each => {
		const fields = typeof each === "string" ? [each] : each;
		return { name: `by_${fields.join("_and_")}`, key: keyOf([...fields, "_id"]) };
	})
];

/** @throws StoreUnfit where one is there in another form, or two records share what no two may */
export async function indexed(collection: Collection, fields: Fields, tell: (sentence: string) => void): Promise<void> {
	const indexes = wanted(fields);
	const { collectionName } = collection;
	try {
		if (indexes.length > 0) await collection.createIndexes(indexes as never);
	} catch (error) {
		throw faultOf(collectionName, error);
	}
	const ours = new Set(["_id_", ...indexes.map(({ name }) => name)]);
	const others: { readonly name: string }[] = await collection.listIndexes().toArray();
	const unknown = others.filter(({ name }) => !ours.has(name));
	// A node of the next version may have made it.
	if (unknown.length > 0)
		tell(
			`MongoDB keeps indexes of '${collectionName}' that this version does not use (${unknown.map(({ name }) => name).join(", ")}): drop them once no node of another version runs.`
		);
}

/** IndexOptionsConflict, IndexKeySpecsConflict: the name, or what it is of, is taken. */
const OTHER_FORM: ReadonlySet<unknown> = new Set([85, 86]);

function faultOf(name: string, error: unknown): unknown {
	const said = messageOf(error);
	if (OTHER_FORM.has(codeOf(error)))
		return new StoreUnfit(name, `it has an index in another form than this version needs (${said}). Drop that index.`);
	if (isDuplicate(error))
		return new StoreUnfit(name, `two of its records share what no two may (${said}). Remove one of them.`);
	return error;
}

/** The field whose value is taken, by the name of the index; `_id` for the key. */
export function takenField(error: unknown): string {
	const told = textOf(error, "errmsg") ?? messageOf(error);
	const [named] = Object.keys((propertyOf(error, "keyPattern") as object | undefined) ?? {});
	const [, field] = new RegExp(`${UNIQUE}(\\w+)`).exec(told) ?? [];
	return named ?? field ?? "_id";
}
