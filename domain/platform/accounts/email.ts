/** Addresses of e-mail, in the one form in which two of them are the same or not. Pure. */

const FORM = /^[^\s@]+@[^\s@]+$/u;
/** Of RFC 5321 §4.5.3.1.3, without its brackets; in bytes. */
const LONGEST = 254;

/** NFC, trimmed, in lower case; undefined where it is none. Whether mail comes there its owner alone can say. */
export function canonicalEmail(text: string): string | undefined {
	const email = text.normalize("NFC").trim().toLowerCase();
	return FORM.test(email) && Buffer.byteLength(email) <= LONGEST && !hasControl(email) ? email : undefined;
}

/** What would be another line of a letter's head, or of a log. */
const hasControl = (text: string): boolean => /[\p{Cc}\p{Cf}]/u.test(text);
