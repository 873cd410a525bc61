/** Letters by SMTP. One that takes longer than it may is cut off, however slowly the server goes on. */

import type * as Nodemailer from "nodemailer";
import { propertyOf, textOf } from "../../domain/unknown";
import { mustBeSealed, type SmtpAddress } from "./address";
import { messageOf, type Post, Undelivered } from "./letter";

interface Server extends SmtpAddress {
	/** The operator says that nobody listens on the way. */
	readonly mayBeOpen: boolean;
}

export const smtpPost =
	(server: Server, timeoutMs: number): Post =>
	async letter => {
		// A node that sends nothing does without it.
		const { createTransport }: typeof Nodemailer = require("nodemailer");
		const signal = AbortSignal.timeout(timeoutMs);
		try {
			await createTransport(optionsOf(server, timeoutMs)).sendMail({ ...messageOf(letter), signal });
		} catch (error) {
			throw undelivered(error);
		}
	};

/** Over a network nothing goes in clear unless the operator said so; this machine is met as it is. */
const optionsOf = (server: Server, timeoutMs: number) => ({
	host: server.hostname,
	port: server.port,
	secure: server.isTls,
	requireTLS: mustBeSealed(server) && !server.mayBeOpen,
	ignoreTLS: !server.isTls && !mustBeSealed(server),
	...(server.user !== "" && { auth: { user: server.user, pass: server.password } }),
	connectionTimeout: timeoutMs,
	greetingTimeout: timeoutMs,
	socketTimeout: timeoutMs
});

/** What is said of the recipient or of the letter is about this one; anything else may be another day. */
const OF_THE_LETTER = new Set(["RCPT TO", "DATA"]);

function undelivered(error: unknown): Undelivered {
	const [code, command, status] = [
		textOf(error, "code") ?? textOf(error, "name") ?? "unknown",
		textOf(error, "command"),
		propertyOf(error, "responseCode")
	];
	const isFinal = typeof status === "number" && status >= 500 && command !== undefined && OF_THE_LETTER.has(command);
	const answered = typeof status === "number" ? ` (${status}${command === undefined ? "" : ` to ${command}`})` : "";
	return new Undelivered(`${code}${answered}`, isFinal);
}
