/** Where nodes meet and who they are there, read from the environment. */

import type { ConnectionOptions } from "nats";
import {
	loginOf,
	loginsFault,
	type NatsOptions,
	natsOptions,
	type TlsFiles,
	type Transporter,
	transporterFault
} from "../../adapters/transporter-address";
import { LOGIN_FILES, loginFileFault, loginIn, tokenLogin } from "../../adapters/transporter-login";
import { type Environment, SettingError } from "../environment";
import { fileIn } from "../files";
import { read } from "../variables";

export interface NatsSettings {
	/** For NATS's client. */
	readonly options: NatsOptions;
	/** What to correct where NATS does not let this node in: the end of a sentence. */
	readonly login: string;
	readonly transporter: Transporter;
}

type FileName = "TRANSPORTER_CA_FILE" | "TRANSPORTER_CERT_FILE" | "TRANSPORTER_KEY_FILE" | (typeof LOGIN_FILES)[number];
type Files = Readonly<Record<FileName, string | null>>;

/** Undefined where all runs in this process; what is wrong is said there, too. @throws SettingError */
export function natsIn(environment: Environment): NatsSettings | undefined {
	const files = filesIn(environment);
	const mayBeOpen = read(environment, "TRANSPORTER_INSECURE") === "yes";
	const token = read(environment, "TRANSPORTER_TOKEN");
	const transporter = read(environment, "TRANSPORTER");
	if (transporter === null) return undefined;
	const tls = tlsOf(files, transporter);
	const { login, options } = shown(transporter, files, token);
	const known = login !== "" || tls.certFile !== null;
	const fault = loginsFault(transporter) ?? (mayBeOpen ? undefined : transporterFault(transporter, known));
	if (fault !== undefined) throw new SettingError(fault);
	return {
		options: { ...natsOptions(transporter, tls), ...options },
		login: login || "give it a login in TRANSPORTER, nats://user:password@host:port",
		transporter
	};
}

function filesIn(environment: Environment): Files {
	const names = ["TRANSPORTER_CA_FILE", "TRANSPORTER_CERT_FILE", "TRANSPORTER_KEY_FILE", ...LOGIN_FILES] as const;
	const files = Object.fromEntries(names.map(name => [name, fileIn(environment, name)])) as Files;
	for (const name of LOGIN_FILES) {
		const fault = files[name] === null ? undefined : loginFileFault(name, files[name]);
		if (fault !== undefined) throw new SettingError(fault);
	}
	return files;
}

function tlsOf(files: Files, { isTls }: Transporter): TlsFiles {
	const { TRANSPORTER_CA_FILE: caFile, TRANSPORTER_CERT_FILE: certFile, TRANSPORTER_KEY_FILE: keyFile } = files;
	if ((certFile === null) !== (keyFile === null))
		throw new SettingError(
			"TRANSPORTER_CERT_FILE and TRANSPORTER_KEY_FILE belong together: a certificate, and its key. Set both, or neither."
		);
	if (certFile !== null && !isTls)
		throw new SettingError(
			"TRANSPORTER_CERT_FILE is shown over TLS alone, and TRANSPORTER is nats://: make it tls://, or take the certificate away."
		);
	return { caFile, certFile, keyFile };
}

interface Shown {
	/** Empty: this node shows none. */
	readonly login: string;
	readonly options: ConnectionOptions;
}

/** @throws SettingError where there are two */
function shown({ servers }: Transporter, files: Files, token: string | null): Shown {
	const address = loginOf(servers);
	const ways = [
		...(address ? [ofAddress(address)] : []),
		...(token === null ? [] : [by("TRANSPORTER_TOKEN", { authenticator: tokenLogin(token) })]),
		...LOGIN_FILES.flatMap(name => {
			const file = files[name];
			return file === null ? [] : [by(name, { authenticator: loginIn(name, file) })];
		})
	];
	if (ways.length > 1)
		throw new SettingError(
			`${ways.map(({ name }) => name).join(" and ")} each say who this node is to NATS: keep one of them.`
		);
	return ways[0] ?? { login: "", options: {} };
}

const by = (name: string, options: ConnectionOptions): Shown & { readonly name: string } => ({
	name,
	login: `correct what ${name} holds`,
	options
});

const ofAddress = ({ user, password }: { readonly user: string; readonly password: string }) =>
	password === ""
		? { name: "TRANSPORTER", login: "correct the token in TRANSPORTER", options: { authenticator: tokenLogin(user) } }
		: {
				name: "TRANSPORTER",
				login: "correct the user name and password in TRANSPORTER",
				options: { user, pass: password }
			};
