/** Addresses of e-mail, in the one form in which two of them are the same or not. Pure. */

import { isAddress } from "../letters";

/** NFC, trimmed, in lower case; undefined where no letter can be sent there. Whether one arrives its owner alone can say. */
export function canonicalEmail(text: string): string | undefined {
	const email = text.normalize("NFC").trim().toLowerCase();
	return isAddress(email) ? email : undefined;
}
