/** Codes by the time, against RFC 6238's own vectors; a code counts once. */

import fc from "fast-check";
import { TOTP } from "otpauth";
import { secretOf, stepOf, uriOf } from "../../../../../domain/platform/factors/totp";

/** RFC 6238, appendix B: SHA-1. Eight digits there; six of them are what an app shows. */
const SECRET = secretOf(Buffer.from("12345678901234567890"));
const VECTORS = [
	[59, "94287082"],
	[1111111109, "07081804"],
	[1111111111, "14050471"],
	[1234567890, "89005924"],
	[2000000000, "69279037"],
	[20000000000, "65353130"]
] as const;
const NEVER = -1;

it.each(VECTORS)("RFC 6238, appendix B, at %i s", (seconds, eight) => {
	expect(stepOf(SECRET, eight.slice(2), seconds * 1000, NEVER)).toBe(Math.floor(seconds / 30));
});

const codeAt = (ms: number): string => {
	const { secret } = new TOTP({ secret: SECRET });
	return new TOTP({ secret }).generate({ timestamp: ms });
};

it("counts one step early or late, and no more", () => {
	fc.assert(
		fc.property(fc.integer({ min: 10, max: 100_000_000 }), fc.integer({ min: -4, max: 4 }), (step, off) => {
			const now = step * 30_000 + 12_345;
			const code = codeAt((step + off) * 30_000);
			const known = [-1, 0, 1].map(each => codeAt((step + each) * 30_000));
			// By chance another step may have the same digits.
			fc.pre(Math.abs(off) <= 1 ? new Set(known).size === 3 : !known.includes(code));
			expect(stepOf(SECRET, code, now, NEVER)).toBe(Math.abs(off) <= 1 ? step + off : undefined);
		}),
		{ numRuns: 200 }
	);
});

it("counts once, and none before one that was used", () => {
	const now = 1_795_772_400_000;
	const step = Math.floor(now / 30_000);
	expect(stepOf(SECRET, codeAt(now), now, step - 1)).toBe(step);
	expect(stepOf(SECRET, codeAt(now), now, step)).toBeUndefined();
	expect(stepOf(SECRET, codeAt(now - 30_000), now, step)).toBeUndefined();
	expect(stepOf(SECRET, codeAt(now + 30_000), now, step)).toBe(step + 1);
});

it.each(["", "12345", "1234567", "abcdef", "１２３４５６", "-12345", "12 345"])("takes no '%s' for a code", text => {
	expect(stepOf(SECRET, text, 59_000, NEVER)).toBeUndefined();
});

it("shows an app who, where, and no more than it needs", () => {
	const uri = new URL(uriOf(SECRET, "Banyan", "ada+x@example.com"));
	expect([uri.protocol, uri.host || uri.pathname.slice(2, 6)]).toEqual(["otpauth:", "totp"]);
	expect(decodeURIComponent(uri.pathname)).toContain("Banyan:ada+x@example.com");
	expect(Object.fromEntries(uri.searchParams)).toEqual({
		issuer: "Banyan",
		secret: SECRET,
		algorithm: "SHA1",
		digits: "6",
		period: "30"
	});
});
