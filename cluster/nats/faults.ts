/** What NATS's client says when it does not get in, in one sentence each, with what to do. */

import { codeOf, messageOf } from "../../domain/unknown";

type Kind = "login" | "trust" | "handshake" | "plain" | "away";

/** By the code; the first that fits. */
const KINDS: readonly (readonly [form: RegExp, kind: Kind])[] = [
	[/AUTH|ACCOUNT|BAD_CREDS|PERMISSIONS/i, "login"],
	[/^SERVER_OPT/, "plain"],
	[/ALERT|SSL|^TLS/, "handshake"],
	[/CERT|SIGNATURE|ALTNAME|ISSUER|HOSTNAME_MISMATCH/, "trust"]
];
/** What does not become true by waiting. */
const FINAL: readonly Kind[] = ["login", "trust", "plain"];

const kindOf = (code: string): Kind => KINDS.find(([form]) => form.test(code))?.[1] ?? "away";

export interface Away {
	readonly code: string;
	/** It will not be otherwise in a moment. */
	readonly isFinal: boolean;
	readonly says: (patienceMs: number) => string;
}

interface Known {
	/** What to correct where it does not let this node in: the end of a sentence. */
	readonly login: string;
	readonly isTls: boolean;
}

export function awayBy(error: unknown, { login, isTls }: Known): Away {
	const code = codeOf(error) ?? messageOf(error);
	const kind = kindOf(code);
	const says: Readonly<Record<Kind, (patienceMs: number) => string>> = {
		login: () => `NATS does not let this node in (${code}): ${login}.`,
		trust: () =>
			`NATS is not believed (${code}): its certificate is not for that address, is out of date, or of an authority that is not trusted here; name that by TRANSPORTER_CA_FILE.`,
		plain: () =>
			"NATS speaks no TLS there, so nothing is said to it: give its server a certificate, or make TRANSPORTER nats://.",
		handshake: ms => `${unanswered(code, ms)}${CERTIFICATE}.`,
		away: ms => `${unanswered(code, ms)}${isTls ? CERTIFICATE : ""}.`
	};
	return { code, isFinal: FINAL.includes(kind), says: says[kind] };
}

const unanswered = (code: string, ms: number): string =>
	`NATS does not answer (${code || "no connection"}, for ${ms} ms): check the address in TRANSPORTER, and that it runs; TRANSPORTER_TIMEOUT sets how long to wait`;
const CERTIFICATE = "; a server that wants a certificate of its clients hangs up without one of TRANSPORTER_CERT_FILE";

/** NATS does not take this node's subscription, or what it sends. */
export const refusedWords = (subjects: readonly string[]): string =>
	`NATS refuses this node ${subjects.map(each => `'${each}'`).join(", ")}, so it cannot work with others: allow its user to publish and subscribe to '${commonOf(subjects)}'.`;

/** All subjects of a namespace begin alike. */
const commonOf = ([first = ""]: readonly string[]): string => `${first.split(".")[0]}.>`;
