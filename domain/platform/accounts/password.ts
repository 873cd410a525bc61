/** Which passwords are taken: long enough, not too easy to guess, of whatever letters (ASVS 6.2.1 to 6.2.12). Pure. */

/** In code points: a letter outside of the first plane is one letter. */
const LEAST = 8;
/** Far beyond the 64 letters that must be allowed; it only ends what is no password. */
const MOST_BYTES = 1_000;

interface Owner {
	readonly email: string;
	readonly name: string | null;
}

/** Why it is not taken: a sentence that says what to do; undefined where it is. @param isCommon is it among those that everybody tries first? */
export function passwordFault(
	password: string,
	owner: Owner,
	isCommon: (password: string) => boolean
): string | undefined {
	const text = password.normalize("NFC");
	if ([...text].length < LEAST) return `A password has ${LEAST} characters or more: several words in a row are good.`;
	if (Buffer.byteLength(text) > MOST_BYTES) return `A password has ${MOST_BYTES} bytes at most.`;
	if (says(text, owner)) return "The password is the address or the name itself: choose another one.";
	if (isCommon(text)) return "This password is one of those that everybody tries first: choose another one.";
	return undefined;
}

/** Those who guess begin with what they know (ASVS 6.2.11). */
const says = (password: string, { email, name }: Owner): boolean => {
	const [local = ""] = email.split("@");
	return [email, local, name ?? ""].some(word => word !== "" && word.toLowerCase() === password.toLowerCase());
};
