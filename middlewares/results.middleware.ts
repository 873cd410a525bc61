/**
 * What an action answers is what its contract says, or the call fails: the API's document is made of the contracts, and
 * must not lie. For tests and development; a node in production spends its time otherwise (`RESULT_CHECKS`).
 */

import Validator, { type SyncCheckFunction, type ValidationError } from "fastest-validator";
import type { Middleware } from "moleculer";
import { failure } from "../cluster/errors";
import { type Rule, strict } from "../contracts/schema";

type Handler = (ctx: unknown) => Promise<unknown>;

const validator = new Validator({ considerNullAsAValue: true });

/** Says where a value is not as its rule has it; undefined where it is. */
export function resultCheck(rule: Rule): (result: unknown) => string | undefined {
	let check: SyncCheckFunction | undefined;
	return result => {
		check ??= validator.compile(strict({ result: rule })) as SyncCheckFunction;
		const faults = check({ result });
		return faults === true ? undefined : placed((faults as ValidationError[])[0]);
	};
}

/** Without the value: it may be secret. */
const placed = ({ field, type, expected }: Partial<ValidationError> = {}): string =>
	`${field || "result"} (${type}${expected === undefined ? "" : `, expected: ${String(expected)}`})`;

function checked(next: Handler, action: { readonly name: string; readonly result?: () => Rule }): Handler {
	if (!action.result) return next;
	const faultOf = resultCheck(action.result());
	return async ctx => {
		const result = await next(ctx);
		const fault = faultOf(result);
		if (fault === undefined) return result;
		throw failure("INTERNAL", `${action.name} does not answer what its contract says: ${fault}.`);
	};
}

export const results = { name: "results", localAction: checked } as unknown as Middleware;
