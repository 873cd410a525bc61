/** Accounts as records: what was brought, as it stands there; of a hash its digest alone. */

import type { Json, JsonValue } from "../../contracts/json";
import { listIn, tableIn } from "../../contracts/json";
import type { TargetRecord } from "../../contracts/migration/records";
import { own } from "../../domain/own";
import { digest } from "../fingerprint";

/** What a record says there. */
export const FIELDS = ["id", "email", "name", "verified", "state", "createdAt", "password"] as const;

const NOTHING: Readonly<Partial<Record<(typeof FIELDS)[number], JsonValue>>> = { verified: false, state: "active" };

export function dataOf(found: Json): Json {
	return Object.fromEntries(FIELDS.map(field => [field, own(found, field) ?? NOTHING[field] ?? null]));
}

export const recordOf = (found: Json): TargetRecord => ({ name: String(found.id), data: dataOf(found) });

export const accountsIn = (answer: Json): Json[] => listIn(answer.accounts).map(tableIn);

export const fingerprint = (data: Json): string => digest(dataOf(data));

/** What is sent of a record. @param hash in the clear; undefined where it has none */
export function foreignOf({ id, email, name, verified, state, createdAt }: Json, hash: string | undefined): Json {
	const said = { name, verified, state, createdAt };
	const given = Object.entries(said).filter((entry): entry is [string, JsonValue] => (entry[1] ?? null) !== null);
	return {
		id: String(id),
		email: String(email),
		...Object.fromEntries(given),
		...(hash !== undefined && { password: hash })
	};
}
