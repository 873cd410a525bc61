import type { SettingSpec } from "../../../../contracts/contract";
import { settingIn } from "../../../../domain/platform/setting";

const setting = (rule: SettingSpec["rule"], more: Partial<SettingSpec> = {}) =>
	settingIn({ variable: "NOTES", rule, summary: "notes", ...more });

describe("a setting", () => {
	it.each<[SettingSpec["rule"], string, unknown]>([
		["number|integer|min:1|max:9|default:3", "9", 9],
		["number|integer|min:1|max:9|default:3", "10", undefined],
		["number|integer|min:1|max:9|default:3", "0", undefined],
		["number|integer|min:1|max:9|default:3", "1.5", undefined],
		["number|integer|min:1|max:9|default:3", "0x5", undefined],
		["number|integer|min:1|max:9|default:3", "", undefined],
		["number|default:3", "1.5", 1.5],
		["boolean|default:false", "on", true],
		["boolean|default:false", "yes", undefined],
		["string|max:3|default:a", "abcd", undefined],
		[{ type: "string", pattern: "^[a-z]+$", default: "a" }, "A", undefined],
		[{ type: "string", pattern: "^[a-z]+$", default: "a" }, "abc", "abc"],
		[{ type: "enum", values: ["skip", "fail"], default: "skip" }, "fail", "fail"],
		[{ type: "enum", values: ["skip", "fail"], default: "skip" }, "toString", undefined]
	])("by the rule %j reads %j as %j", (rule, text, value) => {
		expect(setting(rule).read(text)).toBe(value);
	});

	it("says what it means, its form and its default", () => {
		expect(setting("number|min:1|max:9|default:3", { unit: "ms" })).toMatchObject({
			says: "notes",
			must: "1 to 9 ms",
			fallback: "3"
		});
		expect(setting("number|integer|min:1|default:3").must).toBe("a whole number, 1 or more");
		expect(setting("boolean|default:true")).toMatchObject({ must: "on or off", fallback: "on" });
		expect(setting({ type: "enum", values: ["a", "b"], default: "a" }).must).toBe("one of a, b");
	});

	it("of a rule that no text can be read by is refused", () => {
		expect(() => setting("object|optional")).toThrow(
			"The rule of NOTES is for no text: a setting is a number, a string, a boolean or an enum."
		);
	});
});

it("whose default is nothing has nothing as its default, and not the number that nothing is taken for", () => {
	const { fallback } = settingIn({ variable: "NOTES_FILE", rule: "string|max:10|default:", summary: "a file" });
	expect(fallback).toBe("");
});
