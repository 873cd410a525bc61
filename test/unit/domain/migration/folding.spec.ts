import fc from "fast-check";
import { FOLDINGS, fold, foldingOf } from "../../../../domain/migration/folding";

/** Which of the foldings take the two for one; what a server does is in test/integration/folding.spec.ts. */
test.each([
	["ali", "ali", ["exact", "case", "loose"]],
	["ali", "ALI", ["case", "loose"]],
	["ali", "álí", ["loose"]],
	["ali", "ali  ", ["loose"]],
	["vip 💎", "vip 🚀", ["loose"]],
	["۱۲", "12", ["loose"]],
	["ali", "ali2", []],
	["vip 💎", "vip", []],
	["أحمد", "احمد", []]
])("'%s' and '%s' are one to %j", (one, other, those) => {
	expect(FOLDINGS.filter(folding => fold(one, folding) === fold(other, folding))).toEqual(those);
});

test("what a stricter folding takes for one, a looser one does", () => {
	fc.assert(
		fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (one, other) => {
			const are = FOLDINGS.map(folding => fold(one, folding) === fold(other, folding));
			expect(are).toEqual([...are].sort());
			expect(fold(one, "exact")).toBe(one);
		})
	);
});

test("of a run planned before targets were asked, names are compared without case; of one planned since, as was learned", () => {
	expect(foldingOf({}, "users")).toBe("case");
	expect(foldingOf({ naming: { users: "exact" } }, "users")).toBe("exact");
	expect(foldingOf({ naming: { users: "exact" } }, "hosts")).toBe("exact");
});
