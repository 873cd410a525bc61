/** How tools write salts and digests as text. Each answers undefined for what is not in its alphabet: nothing is guessed. */

/** crypt(3)'s alphabet, of its MD5 and SHA forms and of phpass: the lowest six bits first. */
const ITOA64 = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const HEX = /^(?:[0-9a-f]{2})+$/i;

/** Base64 with or without its padding (RFC 4648), no other letter, no bit left over. */
export function base64(text: string): Buffer | undefined {
	if (!BASE64.test(text)) return undefined;
	const bytes = Buffer.from(text, "base64");
	return bytes.toString("base64").replace(/=+$/, "") === text.replace(/=+$/, "") ? bytes : undefined;
}

/** passlib's "adapted" base64: a dot for the plus, and never padded. */
export const adaptedBase64 = (text: string): Buffer | undefined =>
	/[+=]/.test(text) ? undefined : base64(text.replaceAll(".", "+"));

/** The alphabet of URLs (RFC 4648 §5). */
export const base64Url = (text: string): Buffer | undefined =>
	/[+/]/.test(text) ? undefined : base64(text.replaceAll("-", "+").replaceAll("_", "/"));

export const hex = (text: string): Buffer | undefined => (HEX.test(text) ? Buffer.from(text, "hex") : undefined);

/** So many letters of crypt(3)'s alphabet for a number, its lowest bits first. */
export const itoa64 = (value: number, letters: number): string =>
	Array.from({ length: letters }, (_, index) => ITOA64.charAt(Math.floor(value / 64 ** index) % 64)).join("");

/** Undefined for a letter that is not in crypt(3)'s alphabet. */
export const atoi64 = (letter: string): number | undefined => {
	const value = letter.length === 1 ? ITOA64.indexOf(letter) : -1;
	return value < 0 ? undefined : value;
};
