/** The table of contracts/errors.ts as Moleculer errors: thrown by code, alike on every node. */

import { Errors } from "moleculer";
import { ERRORS, type ErrorCode } from "../contracts/cluster";
import { isKeyOf } from "../contracts/table";
import { propertyOf, textOf } from "../domain/unknown";

/** An error a caller can act on: `detail` says what is wrong, where, and what to do. */
export function failure(code: ErrorCode, detail: string, data: Record<string, unknown> = {}): Errors.MoleculerError {
	return new Errors.MoleculerError(detail, ERRORS[code].status, code, data);
}

/** Of fields that are not as they must be, where only the service could tell. */
export const invalid = (
	faults: readonly { readonly field: string; readonly message: string }[]
): Errors.MoleculerError =>
	new Errors.ValidationError("Some fields are not as they must be.", "VALIDATION_ERROR", faults as never);

/** The code of an error that came over the wire or from here, if it is one of the table. */
export function codeOf(error: unknown): ErrorCode | undefined {
	const type = textOf(error, "type");
	return type !== undefined && isKeyOf(ERRORS, type) ? type : undefined;
}

/** Did nobody answer: a node that died or is slow, or one that was not there? Whoever was asked may still be at work. */
export const isUnanswered = (error: unknown): boolean =>
	error instanceof Errors.MoleculerRetryableError || propertyOf(error, "retryable") === true;
