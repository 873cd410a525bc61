/** What went wrong at an issuer, by the errors of openid-client: told by their codes, without what stands in them. */

import type { Errors } from "moleculer";
import { failure } from "../../../cluster/errors";
import type { Provider } from "../../../domain/platform/oidc/providers";
import { codeOf, isError, propertyOf, textOf } from "../../../domain/unknown";

/** An error and what caused it. */
function* chainOf(error: unknown): Generator<unknown> {
	for (let each = error, depth = 0; each !== undefined && each !== null && depth < 5; depth++) {
		yield each;
		each = propertyOf(each, "cause");
	}
}

/** A word of OAuth, in place of whatever else may stand there. */
const WORD = /^[a-z_]{1,40}$/;

const GONE_NAMES = ["TimeoutError", "AbortError"];
const GONE_CODES = [
	"OAUTH_TIMEOUT",
	"OAUTH_ABORT",
	"ECONNREFUSED",
	"ECONNRESET",
	"ENOTFOUND",
	"EAI_AGAIN",
	"ETIMEDOUT"
];
const SERVER_FAULT = 500;
const TOO_MANY = 429;

/** Nobody answered, or somebody who cannot now. */
export const isAway = (error: unknown): boolean =>
	[...chainOf(error)].some(each => {
		const status = propertyOf(each, "status");
		if (typeof status === "number") return status >= SERVER_FAULT || status === TOO_MANY;
		const isFetch = textOf(each, "name") === "TypeError" && textOf(each, "message") === "fetch failed";
		return isFetch || GONE_NAMES.includes(textOf(each, "name") ?? "") || GONE_CODES.includes(codeOf(each) ?? "");
	});

/** For a log: the codes and words of an error and its causes. What an issuer sent is in none of them. */
export const wordsOf = (error: unknown): string =>
	[...chainOf(error)]
		.flatMap(each => [codeOf(each), isError(each) ? each.message : undefined, wordIn(each)])
		.filter(word => word !== undefined && word !== "")
		.join(" · ");

const wordIn = (error: unknown): string | undefined => {
	const word = textOf(error, "error");
	return word !== undefined && WORD.test(word) ? word : undefined;
};

/** What an issuer may say in place of a code, for whoever reads it. Others are told by their word alone. */
const DENIALS: Readonly<Record<string, string>> = {
	access_denied: "they, or the issuer, did not agree",
	login_required: "they are not signed in there",
	consent_required: "they did not agree there",
	interaction_required: "they have something to do there first",
	account_selection_required: "they have to choose an account there"
};

/** What is wrong with an answer, by the code of the error. */
const WRONGS: Readonly<Record<string, string>> = {
	OAUTH_JWT_TIMESTAMP_CHECK_FAILED: "its ID token is expired, or from the future: compare the clocks",
	OAUTH_JWT_CLAIM_COMPARISON_FAILED: "its ID token is for another client or another login, or of another issuer",
	OAUTH_KEY_SELECTION_FAILED: "its ID token is signed with a key that the issuer does not show",
	OAUTH_INVALID_RESPONSE: "it is none that belongs to this login, or comes from another issuer",
	OAUTH_UNSUPPORTED_OPERATION: "its ID token is signed in a way that is not taken here"
};

/** @param error of the library */
export function answerFailure({ title }: Provider, error: unknown): Errors.MoleculerError {
	const code = codeOf(error) ?? "";
	const word = textOf(error, "error") ?? "";
	const said = WORD.test(word) ? word : "error";
	if (code === "OAUTH_AUTHORIZATION_RESPONSE_ERROR") {
		const why = Object.hasOwn(DENIALS, said) ? DENIALS[said] : "the issuer could not";
		return failure(
			"OIDC_DENIED",
			`${title} answered '${said}': ${why}. Begin the login again, or sign in another way.`
		);
	}
	if (code === "OAUTH_RESPONSE_BODY_ERROR")
		return failure("OIDC_ANSWER_INVALID", `${title} does not take the code ('${said}'): begin the login again.`);
	const why = Object.hasOwn(WRONGS, code) ? WRONGS[code] : "it is not as OpenID Connect has it";
	return failure("OIDC_ANSWER_INVALID", `What ${title} answered is not to be trusted: ${why}. Begin the login again.`);
}
