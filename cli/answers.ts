/** What a server says is data: whatever it answers is looked at before anything is done with it. */

import type { Ajv, ErrorObject, ValidateFunction } from "ajv";
import { type Actions, CONTRACTS } from "../contracts/cluster";
import type { ResultOf } from "../contracts/contract";
import type { LogLine } from "../contracts/migration/migration";
import type { Rule } from "../contracts/schema";
import { definitionName } from "../domain/migration/definition-name";
import { componentsOf, ruleSchema } from "../domain/platform/rule-schema";
import { fieldsOf, propertyOf } from "../domain/unknown";
import { RemoteError } from "./failures";

/** The longest text of a field, in characters: a name, a sentence, a note of a system. */
const LONGEST = 2 ** 18;
/** The deepest that values of a record are nested. */
const DEEPEST = 64;

/** What each action answers, by its name. */
const RESULTS: ReadonlyMap<string, Rule> = new Map(
	CONTRACTS.flatMap(({ name, actions }) =>
		Object.entries(actions).map(([key, { result }]) => [`${name}.${key}`, result] as const)
	)
);

let loaded: Ajv | undefined;

/** Loaded once a server has answered. Fields that this release does not know are left out: a newer one has more to say. */
function ajv(): Ajv {
	const { default: Ajv2020 }: typeof import("ajv/dist/2020") = require("ajv/dist/2020");
	loaded ??= new Ajv2020({ removeAdditional: true, strict: false, strictNumbers: true, ownProperties: true });
	return loaded;
}

/** Texts and numbers as they are, but of a bounded length. */
function bounded(schema: unknown): unknown {
	if (Array.isArray(schema)) return schema.map(bounded);
	if (typeof schema !== "object" || schema === null) return schema;
	const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, bounded(value)]));
	const types = [inner.type].flat();
	return types.includes("string") && inner.enum === undefined ? { ...inner, maxLength: LONGEST } : inner;
}

const compiled = new Map<string, ValidateFunction>();
let shapes: object | undefined;

/** Of an action's answer, or of a shape by its name. */
function checkOf(what: string): ValidateFunction {
	const known = compiled.get(what);
	if (known) return known;
	const result = RESULTS.get(what);
	const schema =
		result === undefined ? { $ref: `#/components/schemas/${what}` } : fieldsOf(bounded(ruleSchema(result)));
	shapes ??= { schemas: bounded(componentsOf([...RESULTS.values()])) };
	const check = ajv().compile({ ...schema, components: shapes });
	compiled.set(what, check);
	return check;
}

/** Who answers there, and to what. */
interface Asked {
	readonly what: string;
	readonly address: string;
}

const strange = ({ what, address }: Asked, why: string): RemoteError =>
	new RemoteError(
		`What ${address} answers to ${what} is not as Banyan answers (${why}): check --url or BANYAN_URL, and that the server is of this release.`
	);

const placed = ({ instancePath, message }: Partial<ErrorObject> = {}): string =>
	`${instancePath || "the answer"} ${message ?? "is not what it should be"}`;

/** A value out of the text of an answer. @throws RemoteError */
function read<T>(text: string, asked: Asked, is: (value: unknown) => value is T): T {
	const value = parsed(text, asked);
	if (is(value)) return value;
	throw strange(asked, placed(checkOf(asked.what).errors?.[0]));
}

const isLogLine = (value: unknown): value is LogLine => checkOf("LogLine")(value);
const isAnswer =
	<A extends Action>(action: A) =>
	(value: unknown): value is ResultOf<Actions[A]> =>
		checkOf(action)(value);

/** A line of a migration's log. @throws RemoteError */
export const logLineOf = (text: string, address: string): LogLine =>
	read(text, { what: "LogLine", address }, isLogLine);

function parsed(text: string, asked: Asked): unknown {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		throw strange(asked, "it is no JSON");
	}
	if (isDeeper(value, DEEPEST)) throw strange(asked, `it is nested deeper than ${DEEPEST}`);
	return value;
}

const isDeeper = (value: unknown, most: number): boolean =>
	typeof value === "object" &&
	value !== null &&
	(most === 0 || Object.values(value).some(each => isDeeper(each, most - 1)));

export type Action = keyof Actions;
type Params = Readonly<Record<string, unknown>>;

/** How what was asked for must be called in the answer: by the operator's own words. */
const NAMED: Readonly<Record<string, (params: Params) => unknown>> = {
	"migration.plan": ({ document }) => definitionName(String(document)),
	"migration.dryRun": ({ document }) => `dry-run of ${definitionName(String(document))}`
};
const nameIn = (action: string, params: Params): unknown => NAMED[action]?.(params) ?? params.name;

/** The answer of an action. @throws RemoteError where it is none, or one about something else than was asked for */
export function answerOf<A extends Action>(
	action: A,
	params: Params,
	text: string,
	address: string
): ResultOf<Actions[A]> {
	const value = read(text, { what: action, address }, isAnswer(action));
	const name = nameIn(action, params);
	const said = propertyOf(value, "name");
	if (name !== undefined && said !== undefined && said !== name)
		throw strange({ what: action, address }, `it is about '${said}', and not about '${name}'`);
	return value;
}
