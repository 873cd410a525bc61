/**
 * The key that the nodes of a cluster have in common. The first start of whoever holds the data folder makes it; the other
 * nodes are given it. While it changes there are two: the first one seals, both open.
 */

import { randomBytes } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { codeOf } from "../domain/unknown";
import { createOwnFile, readOwnFile } from "./own-file";

export const KEY_BYTES = 32;
const MOST_KEYS = 2;
/** How a file holds them. */
export const KEY_FILE_FORM = "it is one line of 32 bytes in base64 or hex, and a second one while the key changes";

/** One or two keys of 32 bytes, in base64 or hex, separated by commas or lines; undefined for anything else. */
export function readKeys(text: string): readonly Buffer[] | undefined {
	const keys = text
		.split(/[,\s]+/)
		.filter(part => part !== "")
		.map(keyOf);
	const whole = keys.filter(key => key !== undefined);
	return whole.length === keys.length && whole.length >= 1 && whole.length <= MOST_KEYS ? whole : undefined;
}

function keyOf(text: string): Buffer | undefined {
	const isHex = /^[0-9a-f]{64}$/i.test(text);
	if (!isHex && !/^[\w+/-]{43}=?$/.test(text)) return undefined;
	const key = Buffer.from(text, isHex ? "hex" : "base64");
	return key.length === KEY_BYTES && !isTyped(key) ? key : undefined;
}

/** What a person would type, not what `openssl rand` makes: few different bytes, or each a step from the one before. */
function isTyped(key: Buffer): boolean {
	const steps = new Set(key.map((byte, at) => byte - (key[at - 1] ?? 0)).subarray(1));
	return new Set(key).size <= 8 || steps.size <= 2;
}

export interface KeySource {
	/** Of the settings. */
	readonly keys: readonly Buffer[] | null;
	readonly file: string | null;
	readonly dataDir: string;
}

/** The cluster's keys cannot be had. */
export class ClusterKeyMissing extends Error {
	override readonly name = "ClusterKeyMissing";
	readonly type = "UNAVAILABLE";
	constructor(message: string) {
		super(message);
		// Whoever starts a node reads it: where it was thrown is nothing to them.
		this.stack = "";
	}
}

interface ClusterKeys {
	readonly keys: readonly Buffer[];
	/** The file, where it was made just now. */
	readonly made: string | null;
}

/** @param make whether this node may make the key: it holds the data folder. @throws ClusterKeyMissing · NotOurs */
export function clusterKeys({ keys, file, dataDir }: KeySource, make: boolean): ClusterKeys {
	if (keys) return { keys, made: null };
	if (file !== null) return { keys: keysIn(file, readFileSync), made: null };
	const own = join(dataDir, "cluster.key");
	const made = make && createOwnFile(own, `${randomBytes(KEY_BYTES).toString("base64")}\n`);
	return { keys: keysIn(own, readOwnFile), made: made ? own : null };
}

/** Does a file of the operator hold one or two keys? One that is no plain file is read once, when it is needed. */
export const holdsKeys = (file: string): boolean =>
	!statSync(file).isFile() || readKeys(readFileSync(file, "latin1")) !== undefined;

type Read = (file: string) => Buffer;

/** A file that the operator named is read as it is: secrets are often mounted as links, for all to read. */
function keysIn(file: string, read: Read): readonly Buffer[] {
	const keys = readKeys(textOf(file, read));
	if (keys) return keys;
	throw new ClusterKeyMissing(
		`'${file}' holds no key of a cluster: ${KEY_FILE_FORM}. Copy cluster.key of the data folder of the node that made it.`
	);
}

function textOf(file: string, read: Read): string {
	try {
		return read(file).toString("latin1");
	} catch (error) {
		const code = codeOf(error);
		if (code === undefined) throw error;
		throw new ClusterKeyMissing(
			`This node has no key of the cluster ('${file}' cannot be read: ${code}). The node with the data folder makes it there, as cluster.key: give it to this one by CLUSTER_KEY_FILE or CLUSTER_KEY.`
		);
	}
}
