/** What a finding's severity means, and the order in which findings are told. */

import fc from "fast-check";
import { FINDING_SEVERITIES, type Finding } from "../../../../contracts/migration/connection";
import { bySeverity, fact, refused, toDo, warning } from "../../../../domain/migration/finding";

const anyFinding = fc
	.tuple(fc.constantFrom(refused, warning, toDo, fact), fc.nat(9))
	.map(([make, n]) => make("c", `${n}`));

it("only what is refused keeps a run from beginning", () => {
	for (const make of [refused, warning, toDo, fact]) {
		const { ok, severity } = make("code", "What is wrong.");
		expect(ok).toBe(severity !== "refused");
	}
});

it("refusals are told first, facts last, the rest in the order found; none is lost", () => {
	fc.assert(
		fc.property(fc.array(anyFinding), found => {
			const told = bySeverity(found);
			const expected = FINDING_SEVERITIES.flatMap(severity => found.filter(each => each.severity === severity));
			expect(told).toEqual(expected);
		})
	);
});

it("a finding of a plan that was made before there were severities is told too", () => {
	const old = [
		{ ok: true, code: "login", message: "The account logs in." },
		{ ok: false, code: "not-sudo", message: "It is no sudo account." }
	] as Finding[];
	expect(bySeverity(old).map(({ severity, code }) => [severity, code])).toEqual([
		["refused", "not-sudo"],
		["fact", "login"]
	]);
});
