/**
 * What an action answers is what its contract says, or the call fails: the API's document is made of the contracts, and
 * must not lie. For tests and development; a node in production spends its time otherwise (`RESULT_CHECKS`).
 */

import Validator, { type ValidationError } from "fastest-validator";
import { failure } from "../cluster/errors";
import { type Handler, middleware } from "../cluster/middleware";
import { type Rule, strict } from "../contracts/schema";

const validator = new Validator({ considerNullAsAValue: true });

/** Says where a value is not as its rule has it; undefined where it is. */
export function resultCheck(rule: Rule): (result: unknown) => string | undefined {
	let check: ReturnType<typeof validator.compile> | undefined;
	return result => {
		check ??= validator.compile(strict({ result: rule }));
		const faults = check({ result });
		return Array.isArray(faults) ? placed(faults[0]) : undefined;
	};
}

/** Without the value: it may be secret. */
const placed = ({ field, type, expected }: Partial<ValidationError> = {}): string =>
	`${field || "result"} (${type}${expected === undefined ? "" : `, expected: ${String(expected)}`})`;

function checked(
	next: Handler<unknown>,
	action: { readonly name: string; readonly result?: () => Rule }
): Handler<unknown> {
	if (!action.result) return next;
	const faultOf = resultCheck(action.result());
	return async ctx => {
		const result = await next(ctx);
		const fault = faultOf(result);
		if (fault === undefined) return result;
		throw failure("INTERNAL", `${action.name} does not answer what its contract says: ${fault}.`);
	};
}

export const results = middleware({ name: "results", localAction: checked });
