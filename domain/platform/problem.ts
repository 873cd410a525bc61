/** Any error as RFC 9457 problem details. What is not meant for a caller is left out. Pure. */

import { ERRORS, type ErrorCode } from "../../contracts/cluster";
import type { ErrorSpec, RegisteredProblem } from "../../contracts/contract";
import { isKeyOf } from "../../contracts/table";
import { own } from "../own";
import { maskText } from "../text/masking";
import { visibleLines } from "../text/visible";
import { fieldsOf, propertyOf, textOf } from "../unknown";

/** One thing that is wrong with a request. */
export interface Fault {
	readonly field: string;
	readonly message: string;
	/** Where in the document, counted from 1. */
	readonly line?: number;
	readonly column?: number;
}

/** The body of `application/problem+json`. */
export interface Problem {
	readonly type: string;
	readonly title: string;
	readonly status: number;
	/** What is wrong, where, and what to do. */
	readonly detail: string;
	/** Stable, for machines. */
	readonly code: ErrorCode;
	readonly correlationId: string;
	readonly errors?: readonly Fault[];
	/** Of what was asked too often: the policies that do not allow more. */
	readonly "violated-policies"?: readonly string[];
	/** What the error's contract says of it beside these. */
	readonly [member: string]: unknown;
}

interface ErrorLike {
	readonly name?: unknown;
	readonly message?: unknown;
	readonly type?: unknown;
	readonly code?: unknown;
	readonly status?: unknown;
	readonly data?: unknown;
}

/** Errors of the HTTP parsers and of Moleculer, by their type or name. */
const FOREIGN: Readonly<Record<string, ErrorCode>> = {
	"request.aborted": "REQUEST_INVALID",
	"request.size.invalid": "REQUEST_INVALID",
	"stream.not.readable": "REQUEST_INVALID",
	SERVICE_NOT_FOUND: "UNAVAILABLE",
	SERVICE_NOT_AVAILABLE: "UNAVAILABLE",
	SERVICE_UNAVAILABLE: "UNAVAILABLE",
	REQUEST_TIMEOUT: "TIMED_OUT",
	REQUEST_SKIPPED: "TIMED_OUT",
	REQUEST_REJECTED: "UNAVAILABLE",
	QUEUE_FULL: "UNAVAILABLE",
	NOT_FOUND: "NOT_FOUND",
	StoreFull: "STORE_FAILED",
	StoreBusy: "STORE_FAILED",
	StoreDenied: "STORE_FAILED",
	StoreBroken: "STORE_FAILED",
	StoreAway: "STORE_AWAY",
	StoreUnfit: "STORE_FAILED",
	NewerEvent: "STORE_NEWER"
};

/** What a caller is told where the error's own words are not for them. */
const SAID: Partial<Record<ErrorCode, string>> = {
	INTERNAL: "Something broke on our side; the log has more under this correlation id.",
	STORE_FAILED:
		"The server cannot write to its data folder now: its disk may be full. Nothing of this was stored; make room, then ask again.",
	STORE_AWAY:
		"The servers that keep what must last do not answer now: ask again in a moment, a change under the same Idempotency-Key, for this one may have been stored.",
	STORE_NEWER: "A newer release wrote to the server's data folder: the server must be upgraded to read it.",
	UNAVAILABLE: "No node answers for this now: try again in a moment.",
	TIMED_OUT: "It took too long. What was asked may still be under way: look before you ask again.",
	NOT_FOUND: "There is nothing at this address; /docs lists what there is.",
	VALIDATION_ERROR: "Some fields are not as they must be: 'errors' says which.",
	REQUEST_INVALID: "The request was cut off or is not well formed."
};

const isErrorCode = (type: unknown): type is ErrorCode => typeof type === "string" && isKeyOf(ERRORS, type);

const codeOf = ({ type, name }: ErrorLike): ErrorCode => {
	if (isErrorCode(type)) return type;
	const known = [type, name].map(word => (typeof word === "string" ? own(FOREIGN, word) : undefined));
	return known[0] ?? known[1] ?? "INTERNAL";
};

/** Was this error made from the table, with words for the caller? Others may use the same words for a type. */
const isOurs = ({ name, type, code, data }: ErrorLike): boolean =>
	name === "MoleculerError" && isErrorCode(type) && code === ERRORS[type].status && data !== undefined;

/** As it may be shown to anybody, also to whoever looks at an answer in a terminal. */
const said = (text: string): string => short(visibleLines(maskText(text)), LONGEST_DETAIL);

/** @param correlationId names the request in the logs */
export function problemOf(error: unknown, correlationId: string): Problem {
	const like: ErrorLike = fieldsOf(error);
	const code = codeOf(like);
	const violated = violatedIn(like);
	const faults = faultsOf(like, code);
	const detail = detailOf(like, code);
	return {
		...kindOf(code),
		detail: said(detail),
		code,
		correlationId,
		...(faults.length > 0 && { errors: faults }),
		...membersOf(like, ERRORS[code]),
		...(violated.length > 0 && { "violated-policies": violated })
	};
}

/** IANA's registry of them. */
const REGISTRY = "https://iana.org/assignments/http-problem-types";

const REGISTERED: Readonly<Record<RegisteredProblem, string>> = {
	"quota-exceeded": "Request cannot be satisfied as assigned quota has been exceeded",
	"temporary-reduced-capacity": "Request cannot be satisfied due to temporary server capacity constraints",
	"abnormal-usage-detected": "Request not satisfied due to detection of abnormal request pattern"
};

/** What kind of problem it is: one that all of HTTP knows is called as the others call it. */
export function kindOf(code: ErrorCode): Pick<Problem, "type" | "title" | "status"> {
	const { status, title, registered } = ERRORS[code];
	if (registered === undefined) return { type: `/docs/problems#${code}`, title, status };
	return { type: `${REGISTRY}#${registered}`, title: REGISTERED[registered], status };
}

/** Names of ours: of what others said none goes out. */
function violatedIn(error: ErrorLike): string[] {
	const violated = isOurs(error) ? propertyOf(error.data, "violated") : undefined;
	return Array.isArray(violated) ? violated.map(String) : [];
}

/** Texts alone, and as they may be shown. */
function membersOf({ data }: ErrorLike, { members = [] }: ErrorSpec): Record<string, string> {
	const found = members.map(name => [name, textOf(data, name)] as const);
	return Object.fromEntries(found.flatMap(([name, text]) => (text === undefined ? [] : [[name, said(text)]])));
}

function detailOf(error: ErrorLike, code: ErrorCode): string {
	const { message } = error;
	if (isOurs(error) && typeof message === "string" && message !== "") return message;
	return SAID[code] ?? `${ERRORS[code].title}.`;
}

function faultsOf({ data }: ErrorLike, code: ErrorCode): Fault[] {
	if (code === "DEFINITION_INVALID") return placesIn(data);
	if (code !== "VALIDATION_ERROR" || !Array.isArray(data)) return [];
	return few(data.slice(0, MOST_FAULTS + 1).flatMap(faultsIn));
}

function faultsIn(fault: Record<string, unknown> | null): Fault[] {
	const { field, type, message, actual } = fault ?? {};
	// The validator names all unknown fields of a level in one error.
	if (type === "objectStrict")
		return String(actual)
			.split(", ", MOST_FAULTS + 1)
			.map(name => short(said(name), LONGEST_NAME))
			.map(name => ({ field: within(field, name), message: `There is no field '${name}' here.` }));
	return [{ field: short(said(String(field ?? "")), LONGEST_NAME), message: said(String(message ?? type ?? "")) }];
}

/** Of a level that is not the outermost, the validator names the field whose it is. */
const within = (field: unknown, name: string): string =>
	typeof field === "string" && field !== "" && field !== "$$root"
		? short(said(`${field}.${name}`), LONGEST_NAME)
		: name;

/** What a request says is said back only so far: an answer is not to grow with it. In characters, and in faults. */
const [LONGEST_DETAIL, LONGEST_NAME, MOST_FAULTS] = [2_000, 100, 50];

const short = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}…` : text);

const few = (faults: Fault[]): Fault[] =>
	faults.length > MOST_FAULTS
		? [...faults.slice(0, MOST_FAULTS), { field: "", message: "There are more faults like these." }]
		: faults;

/** Of a definition, by line and column. */
function placesIn(data: unknown): Fault[] {
	const problems = propertyOf(data, "problems");
	if (!Array.isArray(problems)) return [];
	return problems.map(({ path, line, column, message }: Record<string, unknown>) => ({
		field: said(String(path ?? "")),
		message: said(String(message ?? "")),
		line: Number(line),
		column: Number(column)
	}));
}
