/** Certificates that settings name, looked at before anything is opened with them. */

import type { Middleware } from "moleculer";
import { materialFault, materialIn } from "../adapters/certificate-files";
import { NO_TLS_FILES, type TlsFiles } from "../adapters/transporter-address";
import type { certificates as middleware } from "../middlewares/certificates.middleware";
import { type Environment, SettingError } from "./environment";
import { fileIn } from "./files";
import { type FileSetting, read } from "./variables";

export interface TlsNames {
	readonly ca: FileSetting;
	readonly cert: FileSetting;
	readonly key: FileSetting;
}

/** What each port, and each server that is asked, has of its own. */
export const TLS_NAMES = {
	transporter: { ca: "TRANSPORTER_CA_FILE", cert: "TRANSPORTER_CERT_FILE", key: "TRANSPORTER_KEY_FILE" },
	redis: { ca: "REDIS_CA_FILE", cert: "REDIS_CERT_FILE", key: "REDIS_KEY_FILE" },
	mongo: { ca: "MONGODB_CA_FILE", cert: "MONGODB_CERT_FILE", key: "MONGODB_KEY_FILE" },
	gateway: { ca: "GATEWAY_CLIENT_CA_FILE", cert: "GATEWAY_CERT_FILE", key: "GATEWAY_KEY_FILE" },
	node: { ca: "TLS_CA_FILE", cert: "TLS_CERT_FILE", key: "TLS_KEY_FILE" }
} as const satisfies Readonly<Record<string, TlsNames>>;

/** @throws SettingError where one of them cannot be used as it is */
export function tlsFilesIn(environment: Environment, { ca, cert, key }: TlsNames): TlsFiles {
	const files = {
		caFile: fileIn(environment, ca),
		certFile: fileIn(environment, cert),
		keyFile: fileIn(environment, key)
	};
	if ((files.certFile === null) !== (files.keyFile === null))
		throw new SettingError(`${cert} and ${key} belong together: a certificate, and its key. Set both, or neither.`);
	const fault = materialFault(materialIn(files));
	if (fault === undefined) return files;
	const named = [ca, cert, key].filter(name => fileIn(environment, name) !== null);
	throw new SettingError(`${named.join(", ")} cannot be used: ${fault}.`);
}

/** Of the ports at which nodes of a cluster ask each other. @throws SettingError where it could not tell who asks */
export function ownTlsIn(environment: Environment): TlsFiles {
	const files = tlsFilesIn(environment, TLS_NAMES.node);
	if ((files.certFile === null) === (files.caFile === null)) return files;
	throw new SettingError(
		"TLS_CERT_FILE, TLS_KEY_FILE and TLS_CA_FILE belong together: what this node shows, and whose certificates it believes. Set all of them, or none."
	);
}

/** Every file of certificates that this node has, to look how long it is good. Nothing is loaded where there is none. */
export function certificatesIn(environment: Environment): Middleware[] {
	const files = Object.values<TlsNames>(TLS_NAMES).flatMap(({ ca, cert }) =>
		[ca, cert].flatMap(setting => {
			const file = read(environment, setting);
			return file === null ? [] : [{ setting, file, isTrust: setting === ca }];
		})
	);
	if (files.length === 0) return [];
	const {
		certificates
	}: { readonly certificates: typeof middleware } = require("../middlewares/certificates.middleware");
	return [certificates(files)];
}

export const hasFiles = ({ caFile, certFile }: TlsFiles = NO_TLS_FILES): boolean =>
	caFile !== null || certFile !== null;
