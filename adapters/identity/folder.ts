/**
 * An authority of a cluster in a folder: its key, what all nodes are to know of it, and the identities that it issued. The
 * folder is the operator's; nodes are given the two files that are theirs.
 */

import type { KeyObject } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import {
	type AuthorityFile,
	authoritiesText,
	keyID,
	readAuthorities,
	withdrawalText
} from "../../domain/platform/identity/authorities";
import { newKeys, type PrivateJwk, privateKeyIn } from "../../domain/platform/identity/jws";
import { type Grant, tokenText } from "../../domain/platform/identity/token";
import { createOwnFile, readOwnFile, writeOwnFile } from "../own-file";
import { IdentityUnusable } from "./files";
import { type Identity, identityText, readIdentity } from "./identity";

const OWN_FOLDER = 0o700;
const DAY_MS = 86_400_000;

export interface Wanted extends Pick<Grant, "name" | "nodes" | "services"> {
	readonly days: number;
}

/** What a name may be: it is a file's, too. */
export const isIdentityName = (name: string): boolean => /^[\w-][\w.-]{0,63}$/.test(name) && !RESERVED.has(name);
const RESERVED: ReadonlySet<string> = new Set(["authority", "authorities"]);

export class IdentityFolder {
	private readonly privateFile: string;
	/** For all nodes. */
	readonly authorities: string;

	constructor(private readonly folder: string) {
		this.privateFile = join(folder, "authority.json");
		this.authorities = join(folder, "authorities.json");
	}

	/** Of an identity that is issued, or shall be. */
	file(name: string): string {
		return join(this.folder, `${name}.json`);
	}

	/** Makes an authority where there is none. @returns whether there was none */
	init(): boolean {
		mkdirSync(this.folder, { recursive: true, mode: OWN_FOLDER });
		const isMade = createOwnFile(this.privateFile, jwkText(newKeys()));
		const { x } = this.jwk();
		if (!existsSync(this.authorities)) this.publish({ keys: [x], withdrawn: [] });
		return isMade;
	}

	/** @throws IdentityUnusable where there is no authority */
	issue({ name, nodes, services, days }: Wanted, nowMs: number): string {
		const key = newKeys();
		const grant = { name, nodes, services, fromMs: nowMs, untilMs: nowMs + days * DAY_MS };
		const token = tokenText(grant, nowMs, key.x, this.signer());
		writeOwnFile(this.file(name), identityText(token, key));
		return this.file(name);
	}

	/** What was issued under that name; undefined where nothing was that can be used. */
	issued(name: string): Identity | undefined {
		const file = this.file(name);
		return existsSync(file) ? readIdentity(readOwnFile(file).toString()) : undefined;
	}

	/** All that was issued under that name until now counts no more, wherever the file is known. */
	withdraw(name: string, nowMs: number): void {
		const { keys, withdrawn } = this.published();
		this.publish({ keys, withdrawn: [...withdrawn, withdrawalText(name, nowMs, this.signer())] });
	}

	/** Another authority issues from now on; what the one before issued counts until it is retired. */
	rotate(): void {
		const { keys, withdrawn } = this.published();
		const jwk = newKeys();
		// Known before anything is signed by it.
		this.publish({ keys: [jwk.x, ...keys], withdrawn });
		writeOwnFile(this.privateFile, jwkText(jwk));
	}

	/** Nothing counts that another authority than the present one issued. @returns how many there were */
	retire(): number {
		const { keys, withdrawn } = this.published();
		const { x } = this.jwk();
		this.publish({ keys: [x], withdrawn });
		return keys.length - 1;
	}

	private published(): AuthorityFile {
		const said = readAuthorities(this.read(this.authorities));
		if (said) return said;
		throw new IdentityUnusable(`'${this.authorities}' is damaged: restore it from a backup.`);
	}

	private publish(said: AuthorityFile): void {
		writeOwnFile(this.authorities, authoritiesText(said));
	}

	private signer(): { readonly id: string; readonly key: KeyObject } {
		const jwk = this.jwk();
		return { id: keyID(jwk.x), key: privateKeyIn(jwk) as KeyObject };
	}

	private jwk(): PrivateJwk {
		const jwk = jsonIn(this.read(this.privateFile));
		if (privateKeyIn(jwk)) return jwk as PrivateJwk;
		throw new IdentityUnusable(`'${this.privateFile}' is damaged: restore it from a backup.`);
	}

	private read(file: string): string {
		if (existsSync(file)) return readOwnFile(file).toString();
		throw new IdentityUnusable(`There is no authority in '${this.folder}': \`banyan identity init\` makes one.`);
	}
}

const jwkText = (jwk: PrivateJwk): string => `${JSON.stringify(jwk)}\n`;

function jsonIn(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
