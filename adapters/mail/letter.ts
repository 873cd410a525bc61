/** What is sent, and whoever sends it. */

export interface Letter {
	/** The same however often it is sent: who reads it sees one. */
	readonly messageId: string;
	readonly from: string;
	/** One address. */
	readonly to: string;
	readonly subject: string;
	readonly text: string;
	readonly html: string;
	/** When it was taken over, in ms since 1970. */
	readonly at: number;
}

/** Answers once the letter is another's to deliver. @throws Undelivered */
export type Post = (letter: Letter) => Promise<void>;

/** It was not taken over. What it says names nobody: servers like to say the address back. */
export class Undelivered extends Error {
	override readonly name = "Undelivered";
	constructor(
		what: string,
		/** This letter will never be taken. */
		readonly isFinal: boolean
	) {
		super(what);
	}
}

/** As nodemailer takes it. An address as a value is one address, whatever stands in it. */
export const messageOf = ({ messageId, from, to, subject, text, html, at }: Letter) => ({
	messageId,
	from,
	to: { name: "", address: to },
	subject,
	text,
	html,
	date: new Date(at),
	// Whoever answers by themselves does not answer this (RFC 3834).
	headers: { "Auto-Submitted": "auto-generated" },
	disableFileAccess: true,
	disableUrlAccess: true
});
