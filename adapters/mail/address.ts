/** Where the mail server is, read from its text: which login, whether the way there can be listened to. */

import { isLoopback } from "../transporter-address";

export interface SmtpAddress {
	readonly hostname: string;
	readonly port: number;
	/** Empty: none. */
	readonly user: string;
	readonly password: string;
	/** From the first byte; else it is asked for (STARTTLS). */
	readonly isTls: boolean;
}

export const SMTP_FORM =
	"smtp://[user:password@]host[:port], or smtps:// for TLS from the first byte, with what is special in the password as %40 and the like";

const PORTS = { "smtp:": 587, "smtps:": 465 } as const;

/** Undefined for anything else. */
export function readSmtp(text: string): SmtpAddress | undefined {
	if (!/^smtps?:\/\/[^/?#\s]+\/?$/.test(text) || !URL.canParse(text)) return undefined;
	const { protocol, hostname, port, username, password } = new URL(text);
	if (hostname === "") return undefined;
	try {
		return {
			hostname: decodeURIComponent(hostname).replace(/^\[|\]$/g, ""),
			port: port === "" ? PORTS[protocol as keyof typeof PORTS] : Number(port),
			user: decodeURIComponent(username),
			password: decodeURIComponent(password),
			isTls: protocol === "smtps:"
		};
	} catch {
		// A % that stands for nothing.
		return undefined;
	}
}

/** Nobody listens between here and this machine itself. */
export const mustBeSealed = ({ hostname, isTls }: SmtpAddress): boolean => !isTls && !isLoopback({ hostname });
