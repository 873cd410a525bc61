/**
 * Moleculer's own validator; a schema is compiled when it is first met. A command calls few of the actions that its node
 * has, and compiling all of them took a third of its start.
 */

import { Validators } from "moleculer";

type Check = ReturnType<Validators.Fastest["compile"]>;

/** fastest-validator's own sentence has the values that are allowed as the one that was given. */
export const MESSAGES = { enumValue: "The '{field}' field is none of its allowed values: {expected}." };

export class LateValidator extends Validators.Fastest {
	constructor() {
		super({ considerNullAsAValue: true, messages: MESSAGES });
		refuseEmptyNumbers((this as unknown as { readonly validator: { readonly rules: Rules } }).validator.rules);
	}

	override compile(schema: Parameters<Validators.Fastest["compile"]>[0]): Check {
		let check: Check | undefined;
		return (params, options) => {
			check ??= super.compile(schema);
			return check(params, options);
		};
	}
}

interface Rules {
	number(
		this: object,
		compiler: { readonly schema: { readonly convert?: boolean } },
		...rest: unknown[]
	): { source: string };
}

/** What an address says as a number is converted from a text, and JavaScript has the empty one for 0: here it is none. */
function refuseEmptyNumbers(rules: Rules): void {
	const usual = rules.number;
	rules.number = function (compiler, ...rest) {
		const made = usual.call(this, compiler, ...rest);
		if (compiler.schema.convert !== true) return made;
		return { ...made, source: `if (typeof value === "string" && value.trim() === "") value = NaN;\n${made.source}` };
	};
}
