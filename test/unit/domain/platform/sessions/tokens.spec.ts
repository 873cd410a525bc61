/** Refresh and session tokens: whoever has not our secret can make none. */

import { createHmac } from "node:crypto";
import fc from "fast-check";
import {
	readRefreshToken,
	readSessionToken,
	refreshToken,
	sessionToken
} from "../../../../../domain/platform/sessions/tokens";

const keyed =
	(key: string) =>
	(text: string): string =>
		createHmac("sha256", key).update(text).digest("base64url");
const mac = keyed("ours");
const id = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(bytes => Buffer.from(bytes).toString("base64url"));
const refresh = fc.record({ session: id, generation: fc.nat() });

it("are read as they were made", () =>
	fc.assert(
		fc.property(refresh, of => {
			expect(readRefreshToken(mac, refreshToken(mac, of))).toEqual(of);
			expect(readSessionToken(mac, sessionToken(mac, of.session))).toBe(of.session);
		})
	));

it("are none under another secret, and one is never taken for the other", () =>
	fc.assert(
		fc.property(refresh, of => {
			expect(readRefreshToken(keyed("other"), refreshToken(mac, of))).toBeUndefined();
			expect(readSessionToken(mac, refreshToken(mac, of))).toBeUndefined();
			const proof = (text: string) => text.slice(-43);
			expect(proof(sessionToken(mac, of.session))).not.toBe(proof(refreshToken(mac, of)));
		})
	));

it("have one spelling: changed, cut or grown they are none", () =>
	fc.assert(
		fc.property(refresh, fc.nat({ max: 69 }), fc.constantFrom(..."AZaz09-_.=\n"), (of, at, letter) => {
			const text = refreshToken(mac, of);
			for (const changed of [text.slice(0, at) + letter + text.slice(at + 1), text.slice(0, at), `${text}${letter}`])
				if (changed !== text) expect(readRefreshToken(mac, changed)).toBeUndefined();
		})
	));

it("nothing of anybody's makes reading throw", () =>
	fc.assert(
		fc.property(fc.string({ unit: "binary" }), any => {
			for (const text of [any, `bnr_${any}`, `bns_${any}`]) {
				expect(readRefreshToken(mac, text)).toBeUndefined();
				expect(readSessionToken(mac, text)).toBeUndefined();
			}
		})
	));
