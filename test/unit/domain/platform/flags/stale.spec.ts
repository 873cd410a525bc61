/** C7: which flags should go; and why a flag answers as it does. */

import type { Flag, FlagContext } from "../../../../../contracts/platform/flag-shapes";
import { bucketOf } from "../../../../../domain/bucket";
import { explain } from "../../../../../domain/platform/flags/explain";
import { forEverybody, staleness } from "../../../../../domain/platform/flags/stale";
import { flagOf, oneOf, setOf } from "../../../../support/flags";

const DAY_MS = 86_400_000;
const now = Date.parse("2026-11-27T12:00:00Z");
const age = (changedDaysAgo: number) => ({ now, changedAt: now - changedDaysAgo * DAY_MS, days: 40 });
const all = (percent: number): Partial<Flag> => ({ rules: [{ name: "rollout", percent, variant: "on" }] });

describe("C7: a flag", () => {
	it("is stale past its end date, from the moment that the day is over", () => {
		const flag = flagOf({ expires: "2026-11-26" });
		expect(staleness(flag, age(0))).toMatchObject({ because: "expired", since: "2026-11-27T00:00:00.000Z" });
		expect(staleness(flagOf({ expires: "2026-11-27" }), age(0))).toBeNull();
	});

	it("is stale where everybody has had the same for long, and it was to end some day", () => {
		expect(staleness(flagOf(all(100)), age(41))).toMatchObject({
			because: "unchanging",
			says: expect.stringContaining("'on'")
		});
		expect(staleness(flagOf(all(100)), age(39))).toBeNull();
		expect(staleness(flagOf(all(99)), age(400))).toBeNull();
		expect(staleness(flagOf({ ...all(100), expires: null }), age(400))).toBeNull();
	});

	it.each<[string, Partial<Flag>, string | undefined]>([
		["off", { enabled: false }, "off"],
		["for all", all(100), "on"],
		["for nobody", all(0), "off"],
		["for some", all(50), undefined],
		[
			"for everybody by its last rule",
			{
				rules: [
					{ name: "a", users: ["a"], variant: "on" },
					{ name: "b", variant: "on" }
				]
			},
			"on"
		],
		["for staff", { rules: [{ name: "a", groups: ["staff"], variant: "on" }] }, undefined],
		["all get the default", { rules: [{ name: "a", groups: ["staff"], variant: "off" }] }, "off"],
		["for all, where another is on", { ...all(100), requires: [{ flag: "x", variant: "on" }] }, undefined]
	])("%s: what everybody gets is known where it is the same", (_, more, variant) => {
		expect(forEverybody(flagOf(more))).toBe(variant);
	});
});

describe("an explanation", () => {
	const why = (more: Partial<Flag>, context: FlagContext) => explain(oneOf(more), "flag", context);
	const bucket = bucketOf("flag", "ada");

	it("names the rules that were asked, the inputs, and what would change it", () => {
		const found = why(all(bucket), { targetingKey: "ada" });
		expect(found).toMatchObject({
			inputs: { salt: "flag", bucket },
			checked: [{ rule: "rollout", fits: true, because: `Bucket ${bucket} of 100, and it is for ${bucket} %.` }]
		});
		expect(found.wouldChange[0]).toBe(`Let rule 'rollout' be for less than ${bucket} %: it gives 'on' now.`);
		const not = why(all(bucket - 1), { targetingKey: "ada" });
		expect(not.checked).toMatchObject([{ fits: false }]);
		expect(not.wouldChange[0]).toBe(`'on' by rule 'rollout', where rule 'rollout' is for ${bucket} % or more.`);
	});

	it("says the truth: what it says would change it does", () => {
		for (let n = 0; n < 200; n++) {
			const context = { targetingKey: `u${n}` };
			const own = bucketOf("flag", `u${n}`);
			const at = (percent: number) => why(all(percent), context).evaluated;
			expect([at(own), at(own - 1)]).toMatchObject([{ variant: "on" }, { variant: "off" }]);
		}
	});

	it.each<[string, Partial<Flag>, FlagContext, string]>([
		["off", { enabled: false }, {}, "Turn 'flag' on"],
		["no key", {}, {}, "Give the context a targeting key"],
		[
			"another user",
			{ rules: [{ name: "people", users: ["bob"], variant: "on" }] },
			{ targetingKey: "ada" },
			"the targeting key is one of its users"
		],
		[
			"another group",
			{ rules: [{ name: "people", groups: ["staff"], variant: "on" }] },
			{ targetingKey: "ada" },
			"a group is one of its groups"
		],
		[
			"another plan",
			{ rules: [{ name: "plan", where: [{ attribute: "plan", operator: "in", values: ["gold"] }], variant: "on" }] },
			{ plan: "tin" },
			`'plan' is one of "gold"`
		],
		[
			"a match",
			{ rules: [{ name: "people", users: ["ada"], variant: "on" }] },
			{ targetingKey: "ada" },
			"Take what they have from rule 'people'"
		]
	])("%s", (_, more, context, words) => {
		expect(why(more, context).wouldChange.join(" ")).toContain(words);
	});

	it("names the flag that is needed and does not answer as it must", () => {
		const set = setOf({
			base: flagOf({ enabled: false }),
			top: flagOf({ requires: [{ flag: "base", variant: "on" }] })
		});
		expect(explain(set, "top", { targetingKey: "a" })).toMatchObject({
			checked: [],
			wouldChange: ["Let 'base' answer 'on': the rules of 'top' are asked then."]
		});
	});
});
