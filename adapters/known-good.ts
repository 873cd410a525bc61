/**
 * The last known good copy of what a node follows: a file of its own, signed with a key that only the cluster has. One that
 * was touched is not used, and says so.
 */

import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { existsSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { type JsonValue, parseJson } from "../contracts/json";
import { canonical } from "../domain/canonical";
import { isProven, isWhole, type Whole } from "../domain/platform/following";
import { codeOf, fieldsOf, messageOf, textOf } from "../domain/unknown";
import { KEY_BYTES } from "./cluster-key";
import { makeFolder } from "./folder";
import { readOwnFile, writeOwnFile } from "./own-file";

/** Whose copy it is: one of another set, or cluster, is none. */
export interface CopyOf {
	readonly set: string;
	readonly namespace: string;
}

export interface KnownGood {
	readonly snapshot: Whole;
	/** When it was last known to be the newest. */
	readonly at: Date;
}

/** A copy that is there, and is not to be used. */
export class CopyTouched extends Error {
	override readonly name = "CopyTouched";
	readonly type = "STORE_FAILED";
	constructor(file: string, why: string) {
		super(
			`'${file}' is not used: ${why}. Look who changed it; then take it away, and the node starts with what the service says.`
		);
		// Whoever starts a node reads it: where it was thrown is nothing to them.
		this.stack = "";
	}
}

const FOLDER = "followed";

export class KnownGoodFile {
	private readonly file: string;

	/** @param keys of whoever may sign, the newest first; asked when they are needed */
	constructor(
		private readonly dataDir: string,
		private readonly whose: CopyOf,
		private readonly keys: () => readonly Buffer[]
	) {
		this.file = join(dataDir, FOLDER, `${whose.set}@${whose.namespace}.json`);
	}

	get exists(): boolean {
		return existsSync(this.file);
	}

	/** Undefined where there is none. @throws CopyTouched · NotOurs */
	read(): KnownGood | undefined {
		if (!this.exists) return undefined;
		const said = this.said();
		const snapshot = said.snapshot;
		if (!this.isSigned(textOf(said, "signature") ?? "", snapshot))
			throw new CopyTouched(this.file, "its signature is not the cluster's");
		if (!isWhole(snapshot) || !isProven(snapshot))
			throw new CopyTouched(this.file, "what it holds is not what its hash says");
		return { snapshot, at: statSync(this.file).mtime };
	}

	private said(): Readonly<Record<string, unknown>> {
		try {
			return fieldsOf(parseJson(readOwnFile(this.file).toString()));
		} catch (error) {
			if (codeOf(error) === undefined && !(error instanceof SyntaxError)) throw error;
			throw new CopyTouched(this.file, `it cannot be read (${messageOf(error)})`);
		}
	}

	private isSigned(signature: string, snapshot: unknown): boolean {
		const given = Buffer.from(signature, "hex");
		return this.keys().some(key => {
			const right = this.sign(key, snapshot as JsonValue);
			return given.length === right.length && timingSafeEqual(given, right);
		});
	}

	private sign(key: Buffer, snapshot: JsonValue): Buffer {
		const own = Buffer.from(hkdfSync("sha256", key, "", "banyan known good", KEY_BYTES));
		return createHmac("sha256", own)
			.update(canonical({ ...this.whose, snapshot: snapshot ?? null }))
			.digest();
	}

	/** In place of the one before. @throws where it cannot be kept */
	write(snapshot: Whole): void {
		const [newest] = this.keys();
		if (!newest) throw new Error("This node has no key to sign it with.");
		const signed: JsonValue = { ...snapshot };
		makeFolder(join(this.dataDir, FOLDER));
		const said = { ...this.whose, snapshot: signed, signature: this.sign(newest, signed).toString("hex") };
		writeOwnFile(this.file, `${JSON.stringify(said, null, "\t")}\n`);
	}

	/** It is still the newest. */
	confirm(at: Date): void {
		utimesSync(this.file, at, at);
	}
}
