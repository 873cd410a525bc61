/** Certificates in files: read, looked at, and read anew when they are replaced under a running process. */

import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { messageOf } from "../domain/unknown";
import type { TlsFiles } from "./transporter-address";

/** What Node's TLS is given. */
export interface TlsMaterial {
	readonly ca?: Buffer;
	readonly cert?: Buffer;
	readonly key?: Buffer;
}

/** As they are now. @throws where one cannot be read */
export const materialIn = ({ caFile, certFile, keyFile }: TlsFiles): TlsMaterial => ({
	...(caFile !== null && { ca: readFileSync(caFile) }),
	...(certFile !== null && { cert: readFileSync(certFile) }),
	...(keyFile !== null && { key: readFileSync(keyFile) })
});

/** One PEM file may hold several. @throws where one of them is none */
export const certificatesIn = (pem: Buffer): X509Certificate[] =>
	(pem.toString().match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
		text => new X509Certificate(text)
	);

/** What is wrong with them, the end of a sentence; undefined where they can be used at that moment. */
export function materialFault({ ca, cert, key }: TlsMaterial, now = new Date()): string | undefined {
	if (ca && read(ca).length === 0) return "the file of authorities holds no certificate in PEM";
	if (!cert || !key) return undefined;
	const [own] = read(cert);
	if (!own) return "the certificate's file holds none in PEM";
	const secret = readKey(key);
	if (!secret) return "the key's file holds no private key in PEM that needs no passphrase";
	if (!own.checkPrivateKey(secret)) return "the key is not the certificate's";
	if (own.validToDate < now) return `the certificate ended on ${own.validTo}: renew it`;
	if (own.validFromDate > now)
		return `the certificate is good from ${own.validFrom} on: set the machines' clocks by NTP`;
	return undefined;
}

const tried = <T>(work: () => T): T | undefined => {
	try {
		return work();
	} catch {
		return undefined;
	}
};
const read = (pem: Buffer): X509Certificate[] => tried(() => certificatesIn(pem)) ?? [];
const readKey = (pem: Buffer) => tried(() => createPrivateKey(pem));

/** Whose it is, who signed it, and until when it is good. */
export function certificateWords(file: string): string {
	const [own] = tried(() => certificatesIn(readFileSync(file))) ?? [];
	if (!own) return "no certificate any more";
	return `${own.subject}, signed by ${own.issuer}, good until ${own.validTo}`;
}

const digestOf = (material: TlsMaterial): string => {
	const hash = createHash("sha256");
	for (const part of [material.ca, material.cert, material.key]) hash.update(part ?? "").update("\0");
	return hash.digest("hex");
};

/** How often it looks whether they were replaced, in ms. */
const LOOK_MS = 2_000;

/** Files that may be replaced: the last that could be used is what counts. */
export class RotatingFiles {
	private material: TlsMaterial;
	private seen: string;
	private faulty: string | undefined;
	private told: string | undefined;
	private timer: NodeJS.Timeout | undefined;
	private readonly listeners = new Set<(material: TlsMaterial) => void>();

	/** @param tell of what was put in their place and cannot be used, once */
	constructor(
		private readonly files: TlsFiles,
		private readonly tell: (sentence: string) => void
	) {
		this.material = materialIn(files);
		this.seen = digestOf(this.material);
		if (Object.values(files).some(file => file !== null)) this.timer = setInterval(() => this.look(), LOOK_MS).unref();
	}

	get now(): TlsMaterial {
		return this.material;
	}

	/** Until `close`. */
	onChange(listener: (material: TlsMaterial) => void): void {
		this.listeners.add(listener);
	}

	close(): void {
		clearInterval(this.timer);
		this.listeners.clear();
	}

	/** A certificate and its key are two files: between the two they do not fit. */
	private look(): void {
		try {
			const found = materialIn(this.files);
			const digest = digestOf(found);
			const fault = digest === this.seen ? undefined : materialFault(found);
			if (fault !== undefined) this.refuse(digest, fault);
			else if (digest !== this.seen) this.take(found, digest);
		} catch (error) {
			this.refuse(messageOf(error), messageOf(error));
		}
	}

	private take(material: TlsMaterial, digest: string): void {
		this.seen = digest;
		this.material = material;
		for (const each of this.listeners) each(material);
	}

	/** At first sight it may be half of what is being put there. */
	private refuse(what: string, why: string): void {
		if (this.faulty === what && this.told !== what) {
			this.told = what;
			this.tell(`${this.files.certFile} was replaced and cannot be used: ${why}. The one before stays.`);
		}
		this.faulty = what;
	}
}
