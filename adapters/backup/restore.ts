/** Restores a backup into an empty place: all of it is looked at first, and nothing is changed where it is not whole. */

import { sealedSecretIn } from "../secrets/shared";
import { appendIn, holdsAppends } from "./appends";
import {
	type AppendLine,
	type CollectionLine,
	type Header,
	type Manifest,
	type PartName,
	RestoreRefused
} from "./format";
import { Outboxes } from "./outboxes";
import { type Line, type Opened, readLines } from "./read";
import { marked } from "./secret";

/** Where a backup is restored to. */
export interface Into {
	/**
	 * Before anything is made there. False: a restore of this backup that was cut off had made all of it, and it is in its place now.
	 * @throws RestoreRefused where anything is there
	 */
	begin(header: Header): Promise<boolean>;
	/** Makes a part of it; `lines` are to be read to their end. */
	take(part: PartName, lines: AsyncIterable<unknown>): Promise<void>;
	/** Takes out of a collection's outbox what was announced. */
	forget(collection: string, places: readonly string[]): Promise<void>;
	/** All was taken. @returns the names of the runs that rest */
	end(header: Header, secret: Buffer | undefined): Promise<readonly string[]>;
	close(): Promise<void>;
}

export interface Restored {
	readonly manifest: Manifest;
	/** Runs that rest until they are started; undefined where an earlier restore had come to its end. */
	readonly held: readonly string[] | undefined;
}

/**
 * @param given what its records are sealed with, where it is not in it in the clear
 * @throws BackupBroken · RestoreRefused
 */
export async function restore(opened: Opened, into: Into, given: Given): Promise<Restored> {
	const looked = await look(opened);
	const secret = looked.secret ?? given(looked.sealed);
	refuseSecret(looked.manifest, secret);
	if (!(await into.begin(opened.header))) return { manifest: looked.manifest, held: undefined };
	const outboxes = new Outboxes();
	const lines = readLines(opened);
	for await (const { part, values } of partsOf(lines)) {
		if (part.kind === "secret") for await (const _ of values);
		else await into.take(part, watched(part, values, outboxes));
	}
	for (const [name, places] of outboxes.doubles) await into.forget(name, places);
	return { manifest: looked.manifest, held: await into.end(opened.header, secret) };
}

/** @param sealed as a cluster keeps it, under its key */
export type Given = (sealed: Buffer | undefined) => Buffer | undefined;

interface Looked {
	readonly manifest: Manifest;
	readonly secret: Buffer | undefined;
	readonly sealed: Buffer | undefined;
}

/** All of it once: whether it is whole, and the secret in it. */
async function look(opened: Opened): Promise<Looked> {
	let secret: Buffer | undefined;
	let sealed: Buffer | undefined;
	const lines = readLines(opened);
	for (;;) {
		const next = await lines.next();
		if (next.done) return { manifest: next.value, secret, sealed };
		const { part, value } = next.value;
		if (part.kind === "secret") secret = Buffer.from(String(value), "base64");
		if (part.kind === "events") sealed = sealedSecretIn(appendIn(value as AppendLine)) ?? sealed;
	}
}

const SECRET = "--secret-file";
function refuseSecret({ secret: mark }: Manifest, secret: Buffer | undefined): void {
	if (mark === null) return;
	if (secret === undefined)
		throw new RestoreRefused(
			`Some of what is in this backup is sealed, and what opens it is not in it: name the secret.key that was kept apart by ${SECRET}, or of a cluster set its CLUSTER_KEY.`
		);
	if (marked(secret) !== mark)
		throw new RestoreRefused(
			`What is in this backup was sealed with another secret than the one that was given: name the right one by ${SECRET}, or set the CLUSTER_KEY of its nodes.`
		);
}

interface PartOfLines {
	readonly part: PartName;
	readonly values: AsyncIterable<unknown>;
}

/** Part by part, each to be read to its end. */
async function* partsOf(lines: AsyncGenerator<Line, Manifest>): AsyncGenerator<PartOfLines> {
	let next = await lines.next();
	while (!next.done) {
		const { part } = next.value;
		async function* values(): AsyncGenerator<unknown> {
			while (!next.done && next.value.part === part) {
				yield next.value.value;
				next = await lines.next();
			}
		}
		yield { part, values: values() };
	}
}

async function* watched(part: PartName, values: AsyncIterable<unknown>, outboxes: Outboxes): AsyncGenerator<unknown> {
	for await (const value of values) {
		if (part.kind === "collection") outboxes.met(part.name ?? "", value as CollectionLine);
		if (holdsAppends(part)) outboxes.heard(appendIn(value as AppendLine));
		yield value;
	}
}
