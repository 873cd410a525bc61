/** The files of an identity: a node's own, and the one for all nodes that says whose word counts. They may change while it runs. */

import { readFileSync, statSync } from "node:fs";
import { Authorities, readAuthorities } from "../../domain/platform/identity/authorities";
import { codeOf } from "../../domain/unknown";
import { type Identity, readIdentity } from "./identity";

export interface IdentityFiles {
	/** What this node is. */
	readonly identity: string;
	/** Whose word counts. */
	readonly authorities: string;
}

/** A file says nothing that can be used. */
export class IdentityUnusable extends Error {
	override readonly name = "IdentityUnusable";
	readonly type = "UNAVAILABLE";
	constructor(message: string) {
		super(message);
		// Whoever starts a node reads it: where it was thrown is nothing to them.
		this.stack = "";
	}
}

const READERS = {
	identity: {
		read: readIdentity,
		form: "it is a file of `banyan identity issue`, for one node or for a group"
	},
	authorities: {
		read: readAuthorities,
		form: "it is authorities.json of `banyan identity init`, the same for all nodes"
	}
} as const;

/** @throws IdentityUnusable */
export function identityIn(file: string): Identity {
	return readIn(file, READERS.identity);
}

/** @throws IdentityUnusable */
export const authoritiesIn = (file: string) => readIn(file, READERS.authorities);

function readIn<T>(
	file: string,
	{ read, form }: { readonly read: (text: string) => T | undefined; readonly form: string }
): T {
	const said = read(textIn(file));
	if (said !== undefined) return said;
	throw new IdentityUnusable(`'${file}' cannot be used: ${form}.`);
}

function textIn(file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch (error) {
		throw new IdentityUnusable(`'${file}' cannot be read (${codeOf(error)}): name a file that this node may read.`);
	}
}

/** Another one when the file is another one: mounted secrets are links that are put elsewhere. */
function stampOf(file: string): string {
	const { ino, size, mtimeMs } = statSync(file, { throwIfNoEntry: false }) ?? {};
	return `${ino} ${size} ${mtimeMs}`;
}

interface Watching {
	readonly identity: (identity: Identity) => void;
	readonly authorities: () => void;
	/** A file that cannot be used: what was read of it before holds. */
	readonly unusable: (sentence: string) => void;
}

const LOOK_MS = 1_000;

/** Looks for what has changed, until it is ended. @throws IdentityUnusable */
export function openIdentity(files: IdentityFiles): { readonly identity: Identity; readonly authorities: Authorities } {
	const authorities = new Authorities();
	authorities.take(authoritiesIn(files.authorities));
	return { identity: identityIn(files.identity), authorities };
}

/** @returns ends it */
export function watchIdentity(files: IdentityFiles, authorities: Authorities, watching: Watching): () => void {
	const stamps = { identity: stampOf(files.identity), authorities: stampOf(files.authorities) };
	const look = (name: keyof IdentityFiles, take: () => void): void => {
		const stamp = stampOf(files[name]);
		if (stamp === stamps[name]) return;
		stamps[name] = stamp;
		try {
			take();
		} catch (error) {
			watching.unusable((error as Error).message);
		}
	};
	const timer = setInterval(() => {
		look("authorities", () => {
			authorities.take(authoritiesIn(files.authorities));
			watching.authorities();
		});
		look("identity", () => watching.identity(identityIn(files.identity)));
	}, LOOK_MS).unref();
	return () => clearInterval(timer);
}
