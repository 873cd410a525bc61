/** Codes of an app by the time (RFC 6238): SHA-1, six digits, thirty seconds, as every app has them. Pure. */

import { Secret, TOTP } from "otpauth";
import { renderSVG } from "uqr";

/** As long as the digest (RFC 4226 §4, R6), in bytes. */
export const SECRET_BYTES = 20;
const AS_APPS_HAVE_IT = { algorithm: "SHA1", digits: 6, period: 30 } as const;
/** A clock may be so many steps off, to either side. */
const WINDOW = 1;

const totp = (secret: string): TOTP => new TOTP({ ...AS_APPS_HAVE_IT, secret: Secret.fromBase32(secret) });

/** In base32. @param random SECRET_BYTES of it */
export const secretOf = (random: Buffer): string => new Secret({ buffer: new Uint8Array(random).buffer }).base32;

/** What an app is told. */
export const uriOf = (secret: string, issuer: string, label: string): string =>
	new TOTP({ ...AS_APPS_HAVE_IT, secret: Secret.fromBase32(secret), issuer, label }).toString();

/** It as an SVG, for the app's camera. */
export const qrOf = (uri: string): string => renderSVG(uri);

/** The step of a code that is right now, and later than that of the last one that was used; else undefined. */
export function stepOf(secret: string, code: string, now: number, last: number): number | undefined {
	if (!/^\d{6}$/.test(code)) return undefined;
	const delta = totp(secret).validate({ token: code, timestamp: now, window: WINDOW });
	if (delta === null) return undefined;
	const step = TOTP.counter({ period: AS_APPS_HAVE_IT.period, timestamp: now }) + delta;
	return step > last ? step : undefined;
}
