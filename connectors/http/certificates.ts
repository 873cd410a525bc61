/** The PEM files that a connection names: read and looked at before anything is sent, so that a wrong one has its sentence. */

import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { codeOf } from "../../domain/unknown";
import { ConnectorError } from "../connector";

/** What TLS takes of them. */
export interface Certificates {
	readonly ca?: readonly string[];
	readonly cert?: string;
	readonly key?: string;
	readonly passphrase?: string;
}
export interface CertificateFiles {
	readonly caFile: string;
	readonly certFile: string;
	readonly keyFile: string;
	readonly passphrase: string;
}

const CERTIFICATE =
	/-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[\s\S]+?-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;
const KEY = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/;

const wrong = (what: string) => new ConnectorError("refused", what);

/** @throws ConnectorError `refused`, naming the option; never what stands in a file */
export function readCertificates({ caFile, certFile, keyFile, passphrase }: CertificateFiles): Certificates {
	if ((certFile === "") !== (keyFile === "")) {
		const [given, lacking] = certFile === "" ? ["keyFile", "certFile"] : ["certFile", "keyFile"];
		throw wrong(`Option ${given} needs ${lacking} beside it: a client certificate is of use only with its key.`);
	}
	if (passphrase !== "" && keyFile === "")
		throw wrong("Option passphrase opens a key: name the key's file in keyFile.");
	return {
		...(caFile !== "" && { ca: certificatesIn("caFile", caFile) }),
		...(certFile !== "" && pair(certFile, keyFile, passphrase))
	};
}

function pair(certFile: string, keyFile: string, passphrase: string): Certificates {
	const certificates = certificatesIn("certFile", certFile);
	const [own = ""] = certificates;
	const text = read("keyFile", keyFile);
	if (!KEY.test(text)) throw wrong(`Option keyFile: '${keyFile}' holds no private key in PEM${instead(text)}.`);
	const key = privateKey(keyFile, text, passphrase);
	if (!new X509Certificate(own).checkPrivateKey(key))
		throw wrong(
			`Option keyFile: '${keyFile}' is not the key of the certificate in '${certFile}': name the two that belong together.`
		);
	return { cert: certificates.join("\n"), key: text, ...(passphrase !== "" && { passphrase }) };
}

function certificatesIn(option: string, file: string): string[] {
	const text = read(option, file);
	const found = text.match(CERTIFICATE) ?? [];
	if (found.length === 0) throw wrong(`Option ${option}: '${file}' holds no certificate in PEM${instead(text)}.`);
	for (const pem of found) {
		if (!isCertificate(pem))
			throw wrong(`Option ${option}: '${file}' holds a certificate that cannot be read: fetch it anew.`);
	}
	return found;
}

function isCertificate(pem: string): boolean {
	try {
		return new X509Certificate(pem).subject !== null;
	} catch {
		return false;
	}
}

/** What a file holds instead of what was looked for, as far as it shows. */
function instead(text: string): string {
	if (text.trim() === "") return ": it is empty";
	if (KEY.test(text)) return ", but a private key: the options may be the wrong way round";
	if (/-----BEGIN CERTIFICATE-----/.test(text)) return ", but a certificate: the options may be the wrong way round";
	if (text.charCodeAt(0) === DER_SEQUENCE)
		return ", but DER: convert it with `openssl x509 -inform der`, or `openssl pkcs12` where it is a .p12";
	return ": a PEM file begins with -----BEGIN";
}
const DER_SEQUENCE = 0x30;

function privateKey(file: string, key: string, passphrase: string): KeyObject {
	try {
		return createPrivateKey({ key, ...(passphrase !== "" && { passphrase }) });
	} catch (error) {
		const code = codeOf(error) ?? "";
		if (passphrase === "" && /ENCRYPTED/.test(key))
			throw wrong(`Option keyFile: the key in '${file}' is encrypted: give its passphrase in passphrase.`);
		// One of 256 wrong ones seems to fit, and what it opens is no key.
		if (/BAD_DECRYPT|BAD_PASSWORD|INTERRUPTED/.test(code) || (passphrase !== "" && /ENCRYPTED/.test(key)))
			throw wrong(`Option passphrase does not open the key in '${file}': correct it.`);
		throw wrong(
			`Option keyFile: the key in '${file}' cannot be read (${code || "unknown form"}): write it anew as PEM.`
		);
	}
}

const UNREADABLE: Readonly<Record<string, string>> = {
	ENOENT: "is not there",
	EACCES: "may not be read by this process",
	EISDIR: "is a folder",
	ENXIO: "is no file",
	EFBIG: "is too large for certificates",
	ENOTDIR: "is not there"
};

/** More than any chain of certificates. */
const MOST_BYTES = 2 ** 20;

/** A pipe or a device would be waited for, or never end. */
function read(option: string, file: string): string {
	try {
		const handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
		try {
			const found = fstatSync(handle);
			if (found.isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
			if (!found.isFile()) throw Object.assign(new Error(), { code: "ENXIO" });
			if (found.size > MOST_BYTES) throw Object.assign(new Error(), { code: "EFBIG" });
			return readFileSync(handle, "latin1");
		} finally {
			closeSync(handle);
		}
	} catch (error) {
		const code = codeOf(error) ?? "EIO";
		throw wrong(
			`Option ${option}: '${file}' ${UNREADABLE[code] ?? "cannot be read"} (${code}), on the node that connects: correct the path.`
		);
	}
}
