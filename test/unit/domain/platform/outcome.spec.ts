/** What an error proves of whether a request was begun. */

import fc from "fast-check";
import { ERRORS, type ErrorCode } from "../../../../contracts/cluster";
import { outcomeOf } from "../../../../domain/platform/outcome";

const codes = Object.keys(ERRORS) as ErrorCode[];
const of = (code: ErrorCode, error: unknown, action = "things.make") =>
	outcomeOf({ status: ERRORS[code].status, code }, error, action);

it("no error of ours or of the way frees a key, unless it says that nothing was begun", () => {
	const anything = fc.oneof(fc.anything(), fc.record({ type: fc.string(), data: fc.record({ action: fc.string() }) }));
	const late = fc.constantFrom(...codes.filter(code => ERRORS[code].status >= 500));
	fc.assert(
		fc.property(late, anything, (code, error) => {
			if (["OVERLOADED", "ABANDONED", "LIMITS_AWAY"].includes(code)) return;
			expect(of(code, error)).toBe("unknown");
		})
	);
});

it.each<[string, ErrorCode, unknown, string]>([
	["nobody was there", "UNAVAILABLE", { type: "SERVICE_NOT_FOUND", data: { action: "things.make" } }, "nothing"],
	["no node of it", "UNAVAILABLE", { type: "SERVICE_NOT_AVAILABLE", data: { action: "things.make" } }, "nothing"],
	["another one was not there", "UNAVAILABLE", { type: "SERVICE_NOT_FOUND", data: { action: "x.y" } }, "unknown"],
	["it took too long", "TIMED_OUT", { type: "REQUEST_TIMEOUT", data: { action: "things.make" } }, "unknown"],
	["its node died", "UNAVAILABLE", { type: "REQUEST_REJECTED", data: { action: "things.make" } }, "unknown"],
	["there was no room", "OVERLOADED", null, "nothing"],
	["its share is spent", "LIMIT_REACHED", null, "nothing"],
	["it was refused", "VALIDATION_ERROR", null, "answered"],
	["there is none", "NOT_FOUND", null, "answered"]
])("%s", (_, code, error, outcome) => expect(of(code, error)).toBe(outcome));
