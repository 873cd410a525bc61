/**
 * Who a node is to NATS, where that does not stand in the address: a token, or a key of its own (an nkey, or credentials
 * with one). What stands in a file is read anew for each connection, so that it may be replaced under a running node.
 */

import { readFileSync } from "node:fs";
import type { Authenticator } from "nats";
import { codeOf } from "../domain/unknown";

/** Loaded with a node that has a transporter. */
const nats = (): typeof import("nats") => require("nats");

type Means = "TRANSPORTER_TOKEN_FILE" | "TRANSPORTER_NKEY_FILE" | "TRANSPORTER_CREDS_FILE";

interface Kind {
	readonly holds: (text: string) => boolean;
	/** The end of a sentence. */
	readonly form: string;
	readonly shows: (text: () => string) => Authenticator;
}
const bytes = (text: () => string) => (): Uint8Array => Buffer.from(text());

const KINDS: Readonly<Record<Means, Kind>> = {
	TRANSPORTER_TOKEN_FILE: {
		holds: text => /^\S+$/.test(text),
		form: "no token: it is one line without spaces",
		shows: text => nats().tokenAuthenticator(text)
	},
	TRANSPORTER_NKEY_FILE: {
		holds: text => tried(() => nats().nkeys.fromSeed(Buffer.from(text)).getPublicKey().startsWith("U")),
		form: "no seed of a user's nkey: it is one line that begins with SU, as `nk -gen user` makes it",
		shows: text => nats().nkeyAuthenticator(bytes(text))
	},
	TRANSPORTER_CREDS_FILE: {
		holds: text => tried(() => nats().credsAuthenticator(bytes(() => text))("nonce") !== undefined),
		form: "no credentials: it has a JWT and a seed, as `nsc generate creds` makes them",
		shows: text => nats().credsAuthenticator(bytes(text))
	}
};
export const LOGIN_FILES = Object.keys(KINDS) as readonly Means[];

function tried(holds: () => boolean): boolean {
	try {
		return holds();
	} catch {
		return false;
	}
}

/** What is wrong with a file that shall hold a login; undefined where it holds one. */
export function loginFileFault(means: Means, file: string): string | undefined {
	return KINDS[means].holds(lineIn(file)) ? undefined : `${means}='${file}' holds ${KINDS[means].form}.`;
}

export function loginIn(means: Means, file: string): Authenticator {
	const { holds, shows } = KINDS[means];
	let last = lineIn(file);
	return shows(() => {
		const now = tellsOf(file);
		// A file that is being replaced, or is gone: NATS's client would close for ever.
		if (now !== undefined && holds(now)) last = now;
		return last;
	});
}

export const tokenLogin = (token: string): Authenticator => nats().tokenAuthenticator(token);

const lineIn = (file: string): string => readFileSync(file, "utf8").trim();

function tellsOf(file: string): string | undefined {
	try {
		return lineIn(file);
	} catch (error) {
		if (codeOf(error) === undefined) throw error;
		return undefined;
	}
}
