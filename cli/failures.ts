/** What may go wrong between us and a server, each in one sentence that says what to do. */

import { ERRORS, type ErrorCode } from "../contracts/cluster";
import type { Fault, Problem } from "../domain/platform/problem";
import { shown } from "../domain/text/visible";
import { codeOf, propertyOf } from "../domain/unknown";

/** An error that came from a server, or from the way to it: like one of a node in this process. */
export class RemoteError extends Error {
	override readonly name = "RemoteError";
	/** The code, if it is one of the table. */
	readonly type: ErrorCode | undefined;
	/** The fields that are not as they must be. */
	readonly data: readonly Fault[] | undefined;
	/** Another try may do better. */
	readonly again: boolean;
	/** The server says when, in ms. */
	readonly afterMs: number | undefined;

	constructor(
		message: string,
		{ type, data, again = false, afterMs }: Partial<Pick<RemoteError, "type" | "data" | "again" | "afterMs">> = {}
	) {
		super(message);
		this.type = type;
		this.data = data;
		this.again = again;
		this.afterMs = afterMs;
	}
}

/** The codes of errors that come before a request was sent. */
const UNREACHED: ReadonlySet<string> = new Set([
	"ECONNREFUSED",
	"ENOTFOUND",
	"EAI_AGAIN",
	"EHOSTUNREACH",
	"ENETUNREACH",
	"EHOSTDOWN",
	"EADDRNOTAVAIL",
	"UND_ERR_CONNECT_TIMEOUT"
]);
/** A connection that broke, which the next one need not. */
const BROKEN: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE", "ETIMEDOUT", "ECONNABORTED", "UND_ERR_SOCKET"]);
const SLOW: ReadonlySet<string> = new Set(["UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"]);

/** The innermost code that says something: undici wraps what the system said. */
function innermost(error: unknown): string {
	const inner = propertyOf(error, "cause") ?? propertyOf(propertyOf(error, "errors"), "0");
	return (inner === undefined ? undefined : innermost(inner)) || codeOf(error) || "";
}

/** What the way to a server did. @param answered the server has answered before: then it is worth waiting for */
export function wayFailure(error: unknown, address: string, answered: boolean): RemoteError {
	const code = innermost(error);
	// No error of a connection: of our own.
	if (code === "") throw error;
	if (UNREACHED.has(code))
		return new RemoteError(
			answered
				? `Nothing answers at ${address} any more (${code}). What was begun goes on there once the server runs again: then give the same command again.`
				: `Nothing answers at ${address} (${code}): check --url or BANYAN_URL, and that the server runs there.`,
			{ again: answered }
		);
	if (/CERT|SIGNATURE|ISSUER|SELF_SIGNED|ALTNAME/.test(code))
		return new RemoteError(
			`The certificate of ${address} is not trusted here (${code}): mend it, or name its authority's file in BANYAN_CA_FILE.`
		);
	if (SLOW.has(code))
		return new RemoteError(
			`${address} does not answer any more: what was asked may be under way there, look before you ask again.`,
			{ again: true }
		);
	if (BROKEN.has(code))
		return new RemoteError(
			`The connection to ${address} broke (${code}): what was asked may be under way there, look before you ask again.`,
			{ again: true }
		);
	return new RemoteError(`${address} cannot be asked (${code}): check --url or BANYAN_URL.`);
}

/** Whoever answers there is not a server of ours. */
export const strange = (status: number, type: string, address: string): RemoteError =>
	new RemoteError(
		`What answers at ${address} is not Banyan (HTTP ${status}, ${shown(type) || "no type"}): check --url or BANYAN_URL.`
	);

/** An answer that leads elsewhere. */
export const elsewhere = (status: number, location: string, address: string): RemoteError =>
	new RemoteError(
		`What answers at ${address} is not Banyan (HTTP ${status}${location && `, to ${shown(location)}`}): it leads elsewhere, which is not followed, for the API key would go along. Name the server's own address by --url or BANYAN_URL.`
	);

/** An answer without an end, or one that no server of ours gives. */
export const tooLong = (address: string): RemoteError =>
	new RemoteError(`The answer of ${address} does not end: check --url or BANYAN_URL, and that it is Banyan.`);

const BY_STATUS: Readonly<Record<number, string>> = {
	401: "Set BANYAN_API_KEY, or name the key's file by --api-key-file.",
	403: "Ask for a key that has it: whoever may manage keys makes one by `banyan keys create NAME --scope SCOPE`."
};

/** What a caller of the API would do is not what whoever types a command does. */
const SAID: Partial<Record<ErrorCode, string>> = {
	IDEMPOTENCY_RUNNING:
		"The server was cut off while it did this, and nobody knows whether it did: see `banyan migration status`, then give the command again.",
	IDEMPOTENCY_UNKNOWN:
		"The server failed while it did this, and nobody knows whether it did: see `banyan migration status`, then give the command again."
};

/** An answer that is an error. */
export function failureOf(
	{ status, type, afterMs }: { readonly status: number; readonly type: string; readonly afterMs?: number | undefined },
	text: string,
	address: string
): RemoteError {
	const problem = /^application\/problem\+json\b/i.test(type) ? problemIn(text) : undefined;
	if (problem) {
		const { code, detail, errors } = problem;
		const known = Object.hasOwn(ERRORS, code) ? code : undefined;
		const words = [(known && SAID[known]) ?? detail, BY_STATUS[status]].filter(said => said !== undefined).join(" ");
		return new RemoteError(words, { type: known, data: errors, afterMs });
	}
	if (status === 502 || status === 503 || status === 504)
		return new RemoteError(`${address} is not available now (HTTP ${status}): try again in a moment.`, {
			type: "UNAVAILABLE"
		});
	return strange(status, type, address);
}

/** The most of a refusal that is told, in characters and in faults. */
const MOST = 20_000;
const MOST_FAULTS = 50;

const faultsIn = (errors: unknown): Fault[] =>
	(Array.isArray(errors) ? errors : [])
		.slice(0, MOST_FAULTS)
		.flatMap((fault: Partial<Fault> | null) =>
			typeof fault?.message === "string" ? [{ field: shown(String(fault.field)), message: shown(fault.message) }] : []
		);

function problemIn(text: string): Problem | undefined {
	try {
		const read = JSON.parse(text) as Problem;
		if (typeof read?.detail !== "string" || typeof read.code !== "string") return undefined;
		// Only of a definition several lines are said, each with its place.
		const detail = read.code === "DEFINITION_INVALID" ? read.detail.slice(0, MOST) : shown(read.detail);
		return { ...read, detail, errors: faultsIn(read.errors) };
	} catch {
		return undefined;
	}
}
