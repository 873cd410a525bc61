/** Addresses of e-mail, in the one form in which two of them are the same or not. Pure. */

/** One address, and nothing that a header could take for more (RFC 5321 §4.1.2, without quoted names). */
export const isAddress = (text: string): boolean =>
	text.length <= 254 && /^[^\s\p{Cc}\p{Cf}<>()[\]\\,;:"@]{1,64}@[^\s\p{Cc}\p{Cf}<>()[\]\\,;:"@]+$/u.test(text);

/** NFC, trimmed, in lower case; undefined where no letter can be sent there. Whether one arrives its owner alone can say. */
export function canonicalEmail(text: string): string | undefined {
	const email = text.normalize("NFC").trim().toLowerCase();
	return isAddress(email) ? email : undefined;
}
