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
	/** The certificate that it shows, in some words; null: none. */
	readonly shown?: string | null;
}

export function awayBy(error: unknown, { login, isTls, shown = null }: Known): Away {
	const code = codeOf(error) ?? messageOf(error);
	const kind = kindOf(code);
	const hint = shown === null ? LACKS : `${REFUSED}: TRANSPORTER_CERT_FILE is ${shown}`;
	const says: Readonly<Record<Kind, (patienceMs: number) => string>> = {
		login: () => `NATS does not let this node in (${code}): ${login}.`,
		trust: () =>
			`NATS is not believed (${code}): its certificate is not for that address, is out of date, or of an authority that is not trusted here; name that by TRANSPORTER_CA_FILE.`,
		plain: () =>
			"NATS speaks no TLS there, so nothing is said to it: give its server a certificate, or make TRANSPORTER nats://.",
		handshake: ms => `${unanswered(code, ms)}${hint}.`,
		away: ms => `${unanswered(code, ms)}${isTls ? hint : ""}.`
	};
	return { code, isFinal: FINAL.includes(kind), says: says[kind] };
}

const unanswered = (code: string, ms: number): string =>
	`NATS does not answer (${code || "no connection"}, for ${ms} ms): check the address in TRANSPORTER, and that it runs; TRANSPORTER_TIMEOUT sets how long to wait`;
const LACKS = "; a server that wants a certificate of its clients hangs up without one of TRANSPORTER_CERT_FILE";
const REFUSED = "; a server hangs up on a certificate that its authorities did not sign, or that has ended";

/** NATS does not take this node's subscription, or what it sends. */
export const refusedWords = (subjects: readonly string[]): string =>
	`NATS refuses this node ${subjects.map(each => `'${each}'`).join(", ")}, so it cannot work with others: allow its user to publish and subscribe to '${commonOf(subjects)}', or give the node the certificate and the name of its group (NODE_GROUP), where each has permissions of its own.`;

/** All subjects of a namespace begin alike. */
const commonOf = ([first = ""]: readonly string[]): string => `${first.split(".")[0]}.>`;
