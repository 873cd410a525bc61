/** Where nodes meet and who they are there, read from the environment. */

import type { ConnectionOptions } from "nats";
import { certificateWords } from "../../adapters/certificate-files";
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
import { inboxOf } from "../../domain/platform/nats-permissions";
import { type Environment, SettingError } from "../environment";
import { fileIn } from "../files";
import { TLS_NAMES, tlsFilesIn } from "../tls-settings";
import { read } from "../variables";

export interface NatsSettings {
	/** For NATS's client. */
	readonly options: NatsOptions;
	/** What to correct where NATS does not let this node in: the end of a sentence. */
	readonly login: string;
	/** The certificate that it shows now, in some words; null: none. */
	readonly shown: () => string | null;
	readonly transporter: Transporter;
}

type Files = Readonly<Record<(typeof LOGIN_FILES)[number], string | null>>;

/** Undefined where all runs in this process; what is wrong is said there, too. @throws SettingError */
export function natsIn(environment: Environment): NatsSettings | undefined {
	const [files, tls] = [filesIn(environment), tlsFilesIn(environment, TLS_NAMES.transporter)];
	const mayBeOpen = read(environment, "TRANSPORTER_INSECURE") === "yes";
	const token = read(environment, "TRANSPORTER_TOKEN");
	const transporter = read(environment, "TRANSPORTER");
	if (transporter === null) return undefined;
	refuseUnshown(tls, transporter);
	const { login, options } = shown(transporter, files, token);
	const known = login !== "" || tls.certFile !== null;
	const fault = loginsFault(transporter) ?? (mayBeOpen ? undefined : transporterFault(transporter, known));
	if (fault !== undefined) throw new SettingError(fault);
	const group = read(environment, "NODE_GROUP");
	return {
		options: { ...natsOptions(transporter, tls), ...options, ...(group !== null && { inboxPrefix: inboxOf(group) }) },
		login: login || (tls.certFile === null ? NO_LOGIN : UNKNOWN_CERTIFICATE),
		shown: () => (tls.certFile === null ? null : certificateWords(tls.certFile)),
		transporter
	};
}

const NO_LOGIN = "give it a login in TRANSPORTER, nats://user:password@host:port";
const UNKNOWN_CERTIFICATE =
	"none of its users is called as the subject of TRANSPORTER_CERT_FILE: show the certificate of this node's group, or add the user there";

function filesIn(environment: Environment): Files {
	const files = Object.fromEntries(LOGIN_FILES.map(name => [name, fileIn(environment, name)])) as Files;
	for (const name of LOGIN_FILES) {
		const fault = files[name] === null ? undefined : loginFileFault(name, files[name]);
		if (fault !== undefined) throw new SettingError(fault);
	}
	return files;
}

/** @throws SettingError */
function refuseUnshown({ certFile }: TlsFiles, { isTls }: Transporter): void {
	if (certFile !== null && !isTls)
		throw new SettingError(
			"TRANSPORTER_CERT_FILE is shown over TLS alone, and TRANSPORTER is nats://: make it tls://, or take the certificate away."
		);
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
