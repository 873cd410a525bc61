/** Answers of the contracts' form, out of their schemas: every text in them is the one that is given. */

import { CONTRACTS } from "../../contracts/cluster";
import { componentsOf, ruleSchema } from "../../domain/platform/rule-schema";

interface Schema {
	readonly $ref?: string;
	readonly type?: string | readonly string[];
	readonly enum?: readonly unknown[];
	readonly const?: unknown;
	readonly anyOf?: readonly Schema[];
	readonly properties?: Readonly<Record<string, Schema>>;
	readonly items?: Schema;
	readonly additionalProperties?: Schema | boolean;
}
const results = CONTRACTS.flatMap(({ name, actions }) =>
	Object.entries(actions).map(([key, { result }]) => [`${name}.${key}`, result] as const)
);
const answers: Readonly<Record<string, Schema>> = Object.fromEntries(
	results.map(([action, result]) => [action, ruleSchema(result)])
);
const schemas = componentsOf(results.map(([, result]) => result)) as Readonly<Record<string, Schema>>;

type Say = (field: string) => string;

/** Deeper than any answer is; of what may be nested without end, no more. */
const DEEPEST = 12;

class Sampler {
	constructor(private readonly say: Say) {}

	of(schema: Schema, field: string, depth: number): unknown {
		const named = schema.$ref && schemas[schema.$ref.split("/").at(-1) as string];
		const chosen = named ?? schema.anyOf?.[0];
		if (chosen) return this.of(chosen, field, depth);
		if (schema.enum) return schema.enum[0];
		if (schema.const !== undefined) return schema.const;
		return this.kinds[[schema.type ?? "object"].flat()[0] as string]?.(schema, field, depth);
	}

	private readonly kinds: Readonly<Record<string, (schema: Schema, field: string, depth: number) => unknown>> = {
		string: (_, field) => this.say(field),
		number: () => 3,
		integer: () => 3,
		boolean: () => true,
		null: () => null,
		array: ({ items = {} }, field, depth) => (depth > DEEPEST ? [] : [this.of(items, field, depth + 1)]),
		object: ({ properties = {}, additionalProperties: more }, field, depth) => {
			const own = Object.entries(properties).map(([key, each]) => [key, this.of(each, key, depth + 1)]);
			const open = typeof more === "object" && depth <= DEEPEST;
			return Object.fromEntries([...own, ...(open ? [[this.say(field), this.of(more, field, depth + 1)]] : [])]);
		}
	};
}

/** @param what an action, or a type of the contracts; @param say the text of a field */
export const sample = <T>(what: string, say: Say): T =>
	new Sampler(say).of(answers[what] ?? (schemas[what] as Schema), "", 0) as T;
