/** What actions take and answer, as their contracts say: for whoever has an example of it. */

import Validator, { type ValidationError } from "fastest-validator";
import { MESSAGES } from "../../../cluster/validator";
import { type Schema, strict } from "../../../contracts/schema";
import type { Checks } from "../../../domain/platform/data-routes/proof";
import type { World } from "../../../domain/platform/data-routes/world";

type Check = (value: unknown) => string | undefined;
const validator = new Validator({ considerNullAsAValue: true, messages: MESSAGES });
const made = new WeakMap<Schema, Check>();

function checkOf(schema: Schema): Check {
	const known = made.get(schema);
	if (known) return known;
	const check = validator.compile(strict(schema));
	const faultOf: Check = value => {
		// It fills in defaults.
		const faults: unknown = check(structuredClone(value));
		return Array.isArray(faults) ? said(faults[0]) : undefined;
	};
	made.set(schema, faultOf);
	return faultOf;
}

const said = ({ field, type, message, actual }: Partial<ValidationError> = {}): string =>
	type === "objectStrict"
		? `there is no field '${String(actual)}'.`
		: (message ?? `'${String(field)}' is not as it must be.`);

/** A result is checked as the one field of a table. */
const results = new WeakMap<object, Schema>();

export const checksOf = ({ targets }: World): Checks => ({
	params: (action, params) => {
		const target = targets.get(action);
		return target && checkOf(target.spec.params)(params);
	},
	result: (action, result) => {
		const target = targets.get(action);
		if (!target) return undefined;
		const schema = results.get(target.spec) ?? { result: target.spec.result };
		results.set(target.spec, schema);
		return checkOf(schema)({ result });
	}
});
