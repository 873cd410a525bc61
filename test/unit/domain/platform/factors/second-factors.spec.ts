/** What second factors an account has, and what their codes do: as a table of what may come. */

import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { Secret, TOTP } from "otpauth";
import { codesOf, RANDOM_BYTES, typed } from "../../../../../domain/platform/factors/recovery-codes";
import {
	asked,
	confirmed,
	type Factors,
	isUsed,
	type Keys,
	methodsOf,
	none,
	provesTwo,
	useCode,
	withUsed
} from "../../../../../domain/platform/factors/second-factors";

const NOW = 1_795_772_400_000;
const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const keys: Keys = { open: sealed => sealed, digest: code => `#${code}` };
const code = (at = NOW): string => new TOTP({ secret: Secret.fromBase32(SECRET) }).generate({ timestamp: at });
const app = { secret: SECRET, at: NOW, lastStep: 0 };
const CODES = codesOf(randomBytes(RANDOM_BYTES));
const digests = CODES.map(each => keys.digest(each.replaceAll("-", "")));
const with_ = (parts: Partial<Factors>): Factors => ({ ...none("a"), ...parts });

describe("recovery codes", () => {
	it("are ten, of sixty bits each, none like another", () => {
		expect(CODES).toHaveLength(10);
		expect(new Set(CODES).size).toBe(10);
		for (const each of CODES) expect(each).toMatch(/^[0-9a-hjkmnp-tv-z]{4}(-[0-9a-hjkmnp-tv-z]{4}){2}$/);
	});

	it("are read however they are typed", () => {
		fc.assert(
			fc.property(fc.constantFrom(...CODES), fc.boolean(), fc.constantFrom("", " ", "-", " - "), (each, upper, gap) => {
				const letters = each.replaceAll("-", gap);
				expect(typed(upper ? letters.toUpperCase() : letters)).toBe(each.replaceAll("-", ""));
			})
		);
		expect(typed("O1lI-0000-zzzz")).toBe("01110000zzzz");
		expect([typed(""), typed("123456"), typed("uuuu-uuuu-uuuu"), typed("x".repeat(4000))]).toEqual(
			Array(4).fill(undefined)
		);
	});

	it("count once each, in any order", () => {
		fc.assert(
			fc.property(fc.array(fc.nat(9), { minLength: 1, maxLength: 30 }), order => {
				let factors = with_({ codes: digests });
				const used = new Set<number>();
				for (const at of order) {
					const right = useCode(factors, CODES[at] ?? "", NOW, keys);
					expect([right?.factor, right?.factors.codes?.length]).toEqual(
						used.has(at) ? [undefined, undefined] : ["recovery", 9 - used.size]
					);
					factors = right?.factors ?? factors;
					used.add(at);
				}
			}),
			{ numRuns: 50 }
		);
	});
});

describe("an app", () => {
	it("counts from its first code on, within fifteen minutes", () => {
		const pending = with_({ pending: { secret: SECRET, at: NOW } });
		expect(useCode(pending, code(), NOW, keys)).toBeUndefined();
		expect(confirmed(pending, "000000", NOW, keys)).toBeUndefined();
		const on = confirmed(pending, code(), NOW, keys);
		expect(on).toMatchObject({ pending: null, totp: { secret: SECRET, at: NOW } });
		const late = NOW + 15 * 60_000;
		expect(confirmed(pending, code(late), late, keys)).toBeUndefined();
	});

	it("the code that confirmed it signs nobody in", () => {
		const on = confirmed(with_({ pending: { secret: SECRET, at: NOW } }), code(), NOW, keys) ?? none("a");
		expect(useCode(on, code(), NOW, keys)).toBeUndefined();
		expect(useCode(on, code(NOW + 30_000), NOW + 30_000, keys)?.factor).toBe("totp");
	});

	it("is read with a gap, as apps show it", () => {
		expect(useCode(with_({ totp: app }), `${code().slice(0, 3)} ${code().slice(3)}`, NOW, keys)?.factor).toBe("totp");
	});
});

it.each([
	["nothing", {}, 0, []],
	["an app that waits for its code", { pending: { secret: SECRET, at: NOW } }, 0, []],
	["a passkey without recovery codes", {}, 2, []],
	["recovery codes alone, of which nothing is left to stand in for", { codes: digests }, 0, []],
	["an app", { totp: app, codes: digests }, 0, ["totp", "recovery"]],
	["an app, all codes used", { totp: app, codes: [] }, 0, ["totp"]],
	["a passkey, turned on by recovery codes", { codes: digests }, 1, ["passkey", "recovery"]],
	["all", { totp: app, codes: digests }, 1, ["totp", "passkey", "recovery"]]
] as const)("of whoever has %s is asked what they have", (_, parts, passkeys, methods) => {
	expect(methodsOf(with_(parts as Partial<Factors>), passkeys)).toEqual(methods);
});

it("nobody who proved two factors is asked for a third", () => {
	expect([["password"], ["oidc"], ["legacy"]].map(each => provesTwo(each as never))).toEqual([false, false, false]);
	expect([["passkey"], ["password", "totp"], ["oidc", "recovery"]].map(each => provesTwo(each as never))).toEqual([
		true,
		true,
		true
	]);
});

it("a challenge that was answered is so until it is over, and forgotten then", () => {
	const first = asked("1", "a", ["password"], "agent", NOW);
	const second = asked("2", "a", ["password"], "agent", NOW + 1_000);
	const both = withUsed(withUsed(none("a"), first, NOW), second, NOW + 1_000);
	expect([isUsed(both, first), isUsed(both, second)]).toEqual([true, true]);
	expect(withUsed(both, asked("3", "a", [], "", first.until), first.until).used.map(({ id }) => id)).toEqual([
		"2",
		"3"
	]);
});
