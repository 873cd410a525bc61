/** Which client a command is given: a server that it names, or a node in this process. */

import { statSync } from "node:fs";
import { maskText } from "../domain/text/masking";
import { shown } from "../domain/text/visible";
import type { Open } from "./client";
import { CommandError, type Flags, readText, say } from "./command";
import type { Server, Waits } from "./remote";
import { duration } from "./text/words";

type Environment = Readonly<Record<string, string | undefined>>;
type Where = Pick<Flags, "url" | "apiKeyFile">;

/** @param embedded opens a node in this process */
export const opener =
	(embedded: Open, environment: () => Environment) =>
	({ url, apiKeyFile }: Where): Open =>
	async need => {
		const { BANYAN_URL, BANYAN_API_KEY, ...set } = environment();
		const text = url ?? BANYAN_URL ?? "";
		if (text !== "") {
			const { openRemote }: typeof import("./remote") = require("./remote");
			const { serverAddress }: typeof import("./request") = require("./request");
			const address = serverAddress(text);
			const key = keyOf(address, apiKeyFile, BANYAN_API_KEY);
			const server: Server = { address, key, ...tlsOf(address, set) };
			return openRemote(server, tellWait(), () => isOverheard(address) && say(OVERHEARD(address)));
		}
		if (apiKeyFile !== undefined)
			throw new CommandError("--api-key-file is for a server: name that by --url, or in BANYAN_URL.");
		return embedded(need);
	};

const OVERHEARD = (address: string): string =>
	`banyan: The API key goes to ${address} unencrypted: whoever is on the way can read it. Use https, or a tunnel to 127.0.0.1.`;

/** Without TLS, and not on this machine. */
export function isOverheard(address: string): boolean {
	const { protocol, hostname } = new URL(address);
	return protocol === "http:" && !/^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

const TLS_FILES = { ca: "BANYAN_CA_FILE", cert: "BANYAN_CERT_FILE", key: "BANYAN_KEY_FILE" } as const;

/** Whom it believes in place of the usual authorities, and the certificate that it shows. @throws CommandError */
function tlsOf(address: string, set: Environment): Pick<Server, "tls"> {
	const named = Object.entries(TLS_FILES).flatMap(([part, name]) =>
		set[name] ? [[part, name, set[name]] as const] : []
	);
	if (named.length > 0 && !address.startsWith("https:"))
		throw new CommandError(`${named[0]?.[1]} is for a server with TLS, and ${address} has none: write https://.`);
	const { cert, key, ...ca } = Object.fromEntries(named.map(([part, , file]) => [part, readText(file)]));
	if ((cert === undefined) !== (key === undefined))
		throw new CommandError("BANYAN_CERT_FILE and BANYAN_KEY_FILE belong together: a certificate, and its key.");
	return { tls: { ...ca, ...(cert !== undefined && { cert, key }) } };
}

/** Shorter than this nobody wonders, in ms. */
const WORTH_TELLING = 1000;

/** Why it waits, and for how long; the same reason is said once. */
function tellWait(): Waits {
	let last = "";
	return (why, ms) => {
		if (ms < WORTH_TELLING || why === last) return;
		last = why;
		say(`banyan: ${shown(maskText(why))} Asked again in ${duration(ms / 1000)}.`);
	};
}

/** Others may read it. What is no file, a pipe, has no readers of its own. */
const isOpen = (file: string): boolean => {
	const { mode } = statSync(file);
	return process.platform !== "win32" && (mode & 0o170000) === 0o100000 && (mode & 0o077) !== 0;
};

/** Never from the command line itself: whoever lists processes would read it. */
function keyOf(address: string, file: string | undefined, set: string | undefined): string {
	const key = (file === undefined ? (set ?? "") : readText(file)).trim();
	if (file !== undefined && isOpen(file))
		say(`banyan: The file '${file}' with the API key can be read by others on this machine: chmod 600 it.`);
	if (key === "" && file === undefined)
		throw new CommandError(
			`${address} asks for an API key: set BANYAN_API_KEY, or name the key's file by --api-key-file. The first one is in the server's data folder, in api-key.`
		);
	if (!/^[\x21-\x7e]{1,200}$/.test(key))
		throw new CommandError(
			`${file === undefined ? "BANYAN_API_KEY" : `The file '${file}'`} holds no API key: it is one word, beginning with bny_.`
		);
	return key;
}
