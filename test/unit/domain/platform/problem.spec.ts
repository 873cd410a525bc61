import fc from "fast-check";
import { Errors } from "moleculer";
import ApiGateway from "moleculer-web";
import { failure } from "../../../../cluster/errors";
import { ERRORS, type ErrorCode } from "../../../../contracts/cluster";
import { kindOf, problemOf } from "../../../../domain/platform/problem";

const ID = "b2f1";
const CODES = Object.keys(ERRORS) as ErrorCode[];
/** What must not be told: no text of a document or of a table has it. */
const SECRET = "s3cr3t-at-/etc/banyan";

const of = (type: string, more: object = {}) => Object.assign(new Error(SECRET), { type, ...more });

describe("an error as problem details", () => {
	it.each(CODES)("says %s with its status, title and the words it was thrown with", code => {
		expect(problemOf(failure(code, "What is wrong, and what to do."), ID)).toEqual({
			...kindOf(code),
			status: ERRORS[code].status,
			detail: code === "VALIDATION_ERROR" ? expect.any(String) : "What is wrong, and what to do.",
			code,
			correlationId: ID
		});
	});

	it.each<[string, unknown, ErrorCode]>([
		["a body that broke off", of("request.aborted"), "REQUEST_INVALID"],
		["a body whose client has gone", of("stream.not.readable"), "REQUEST_INVALID"],
		["a body shorter than it said", of("request.size.invalid"), "REQUEST_INVALID"],
		["too many fields", of("parameters.too.many"), "INTERNAL"],
		["no such service", new Errors.ServiceNotFoundError({ action: SECRET }), "UNAVAILABLE"],
		["no node for it", new Errors.ServiceNotAvailableError({ action: SECRET }), "UNAVAILABLE"],
		["a node that went away", new Errors.RequestRejectedError({ action: SECRET, nodeID: SECRET }), "UNAVAILABLE"],
		["a full queue", new Errors.QueueIsFullError({ action: SECRET, nodeID: SECRET }), "UNAVAILABLE"],
		["no answer in time", new Errors.RequestTimeoutError({ action: SECRET, nodeID: SECRET }), "TIMED_OUT"],
		["too late to begin", new Errors.RequestSkippedError({ action: SECRET, nodeID: SECRET }), "TIMED_OUT"],
		["nothing there", new ApiGateway.Errors.NotFoundError("NOT_FOUND", { SECRET }), "NOT_FOUND"],
		["a server's error", new Errors.MoleculerServerError(SECRET, 500, SECRET, { SECRET }), "INTERNAL"],
		["an error of Node", of("", { code: "ENOENT", path: SECRET, errno: -2, syscall: "open" }), "INTERNAL"],
		["an error with a status", of("", { status: 404, statusCode: 404, expose: true }), "INTERNAL"],
		["a text", SECRET, "INTERNAL"],
		["null", null, "INTERNAL"],
		["nothing", undefined, "INTERNAL"],
		["an error like the objects' own", of("constructor", { name: "__proto__" }), "INTERNAL"]
	])("%s is told as what it is for the caller, and no more", (_, error, code) => {
		const problem = problemOf(error, ID);
		expect(problem).toMatchObject({ code, status: ERRORS[code].status, correlationId: ID });
		expect(JSON.stringify(problem)).not.toContain(SECRET);
		expect(problem.detail).not.toBe("");
	});

	it("says what is wrong with each field, and names each unknown one", () => {
		const faults = [
			{ type: "string", field: "name", message: "The 'name' field must be a string.", actual: 5 },
			{ type: "objectStrict", field: "", actual: "a, b", expected: "name" }
		];
		expect(
			problemOf(new Errors.ValidationError("Parameters validation error!", "VALIDATION_ERROR", faults), ID).errors
		).toEqual([
			{ field: "name", message: "The 'name' field must be a string." },
			{ field: "a", message: "There is no field 'a' here." },
			{ field: "b", message: "There is no field 'b' here." }
		]);
	});

	it("does not grow with what was asked: a few faults, short words", () => {
		const names = Array.from({ length: 20_000 }, (_, index) => `field-${index}`).join(", ");
		const lists = Array.from({ length: 20_000 }, (_, index) => ({
			type: "string",
			field: `a[${index}]`,
			message: "No."
		}));
		for (const faults of [
			[{ type: "objectStrict", field: "", actual: names }],
			[{ type: "objectStrict", field: "", actual: "x".repeat(2 ** 20) }],
			[{ type: "string", field: "a", message: "x".repeat(2 ** 20) }],
			lists
		]) {
			const problem = problemOf(new Errors.ValidationError("No.", "VALIDATION_ERROR", faults), ID);
			expect(JSON.stringify(problem).length).toBeLessThan(20_000);
			expect(problem.errors?.length).toBeLessThanOrEqual(51);
		}
		expect(problemOf(failure("DEFINITION_INVALID", "x".repeat(2 ** 20)), ID).detail.length).toBeLessThan(3_000);
	});

	it("shows no password, even where the error's own words have one", () => {
		const { detail } = problemOf(failure("SYSTEM_FAILED", "http://admin:hunter2@panel/ did not answer."), ID);
		expect(detail).toBe("http://admin:***@panel/ did not answer.");
	});
});

describe("any error at all", () => {
	const secret = fc.string().map(text => `${text}${SECRET}${text}`);
	const field = fc.oneof(secret, fc.integer(), fc.constant(null), fc.array(secret), fc.dictionary(fc.string(), secret));
	const foreign = fc.record(
		{
			name: secret,
			message: secret,
			stack: secret,
			code: field,
			type: fc.oneof(secret, fc.constantFrom("request.aborted", "NOT_FOUND", "REQUEST_TIMEOUT", "ENOENT", "toString")),
			status: field,
			data: field,
			cause: field
		},
		{ requiredKeys: [] }
	);

	it("tells nothing of our side, and has all that a problem has", () => {
		fc.assert(
			fc.property(foreign, error => {
				const problem = problemOf(Object.assign(new Error(), error), ID);
				expect(JSON.stringify(problem)).not.toContain(SECRET);
				expect(Object.keys(problem)).toEqual(["type", "title", "status", "detail", "code", "correlationId"]);
				expect(problem.status).toBe(ERRORS[problem.code].status);
			})
		);
	});

	it("that only borrows a code of ours is not taken at its word", () => {
		for (const code of CODES) {
			const problem = problemOf(of(code), ID);
			expect([code, JSON.stringify(problem).includes(SECRET)]).toEqual([code, false]);
		}
	});

	it("is told even where a validator's list is not one", () => {
		for (const data of [null, "x", {}, [null], [5], [{}]])
			expect(problemOf(of("VALIDATION_ERROR", { data }), ID)).toMatchObject({ status: 422, correlationId: ID });
	});
});
