/** The schema of a definition: what holds between any two systems, with what the mapping between its own leaves open. Pure. */

import Validator, { type ValidationError } from "fastest-validator";
import { definitionSchema } from "../../contracts/migration/definition";
import { type Schema, strict } from "../../contracts/schema";
import type { Choices } from "./mapping";

export interface DefinitionSchema {
	readonly schema: Schema;
	/** What is wrong with a value; fills in defaults. */
	check(value: object): readonly ValidationError[];
}

function compiled(schema: Schema): DefinitionSchema {
	const check = new Validator({ considerNullAsAValue: true }).compile(strict(schema));
	return {
		schema,
		check: value => {
			const verdict = check(value);
			return Array.isArray(verdict) ? verdict : [];
		}
	};
}

const { streams, rules } = definitionSchema;

/** Of systems that no mapping joins nobody knows what there is to choose. */
const withoutChoices = (): Schema => ({ ...definitionSchema, streams: { ...streams, optional: true } });

const withChoices = ({ defaultStreams, rulesSchema }: Choices): Schema => ({
	...definitionSchema,
	streams: { ...streams, default: [...defaultStreams] },
	rules: { ...rules, props: rulesSchema }
});

/** Made when the first definition of its kind is read: most commands read none. */
const made = new WeakMap<object, DefinitionSchema>();
const NO_CHOICES = {};

/** @param choices those of the mapping between the two systems, where one is known */
export function schemaFor(choices: Choices | undefined): DefinitionSchema {
	const key = choices ?? NO_CHOICES;
	const found = made.get(key) ?? compiled(choices ? withChoices(choices) : withoutChoices());
	made.set(key, found);
	return found;
}
