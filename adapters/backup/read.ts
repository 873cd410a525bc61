/** Reads a backup: its first line, all of it to see whether it is whole, and its lines as they come. */

import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { isOneOf } from "../../contracts/table";
import { codeOf, fieldsOf, isFields, messageOf } from "../../domain/unknown";
import {
	BackupBroken,
	type Counted,
	FORMAT,
	type Header,
	KINDS,
	type Manifest,
	type Mark,
	type PartName
} from "./format";
import { keyOf, SealBroken, sealedBy, unsealed } from "./seal";

/** The longest first line. */
const MOST_HEADER = 4_096;
/** The most a line may have: a record of MongoDB has 16 MB, and is longer as JSON. */
const MOST_LINE = 1 << 26;
const BREAK = 10;

/** A backup that was looked into. */
export interface Opened {
	readonly file: string;
	readonly header: Header;
	/** The first line as it stands there. */
	readonly line: string;
	readonly key: Buffer | undefined;
}

/** One line of a part. */
export interface Line {
	readonly part: PartName;
	readonly value: unknown;
}

/** @throws BackupBroken where it is none of this program, or sealed, and no passphrase is given */
export async function openBackup(file: string, passphrase: string | undefined): Promise<Opened> {
	const line = await firstLine(file);
	const header = headerIn(file, line);
	if (header.sealed !== null && passphrase === undefined)
		throw new BackupBroken(file, "it is sealed: name the file of its passphrase by --passphrase-file.");
	if (header.sealed === null) return { file, header, line, key: undefined };
	return { file, header, line, key: keyOf(passphrase ?? "", header.sealed) };
}

async function firstLine(file: string): Promise<string> {
	try {
		const handle = await open(file, "r");
		return await lineIn(file, handle).finally(() => handle.close());
	} catch (error) {
		const code = codeOf(error);
		if (code === undefined || error instanceof BackupBroken) throw error;
		throw new BackupBroken(file, `it cannot be read (${code}): check its path and your rights to it.`);
	}
}

async function lineIn(file: string, handle: FileHandle): Promise<string> {
	if (!(await handle.stat()).isFile()) throw new BackupBroken(file, "it is no file: a backup is read twice.");
	const { buffer, bytesRead } = await handle.read(Buffer.alloc(MOST_HEADER), 0, MOST_HEADER, 0);
	const end = buffer.subarray(0, bytesRead).indexOf(BREAK);
	return buffer.toString("utf8", 0, end + 1);
}

const NONE = "it is no backup of Banyan, or its beginning is gone: name another one.";

/** A header is not vouched for: what it says is looked at before it costs anything. */
function headerIn(file: string, line: string): Header {
	const found = fieldsOf(parsed(line));
	const { banyan, format, release, id, at, mode } = found;
	if (banyan !== "backup" || typeof format !== "number") throw new BackupBroken(file, NONE);
	if (format !== FORMAT)
		throw new BackupBroken(
			file,
			`it is of form ${format}, written by Banyan ${release}, and this program reads form ${FORMAT}: restore it with that release, or a newer one.`
		);
	const isWhole = [release, id, at].every(each => typeof each === "string");
	const sealed = found.sealed === null ? null : sealedBy(found.sealed);
	if (!isWhole || sealed === undefined || (mode !== "embedded" && mode !== "cluster"))
		throw new BackupBroken(file, NONE);
	return { banyan, format, release: String(release), id: String(id), at: String(at), mode, sealed };
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** All of its lines, each part's counted and compared with what was written; the manifest at its end. @throws BackupBroken */
export async function* readLines(opened: Opened): AsyncGenerator<Line, Manifest> {
	const reading = new Reading(opened);
	try {
		for await (const text of textsOf(opened)) {
			const line = reading.take(text);
			if (line) yield line;
		}
	} catch (error) {
		throw told(opened, error);
	}
	return reading.end();
}

/** The same without its lines: whether it is whole, and what it holds. @throws BackupBroken */
export async function verified(opened: Opened): Promise<Manifest> {
	const lines = readLines(opened);
	for (;;) {
		const next = await lines.next();
		if (next.done) return next.value;
	}
}

/** One way through the lines. */
class Reading {
	private readonly whole: Hash = createHash("sha256");
	private part: { readonly name: PartName; readonly hash: Hash; lines: number } | undefined;
	private readonly parts: Counted[] = [];
	private manifest: Manifest | undefined;

	constructor(private readonly opened: Opened) {}

	take(text: string): Line | undefined {
		const { part } = this;
		if (this.manifest) throw this.broken("something stands behind its end");
		const value = parsed(text);
		if (part && !isEnd(value)) {
			this.whole.update(text);
			part.hash.update(text);
			part.lines++;
			if (value === undefined) throw this.broken(`line ${part.lines} of its part ${nameOf(part.name)} cannot be read`);
			return { part: part.name, value };
		}
		this.mark(value as Mark | undefined, text);
		return undefined;
	}

	/** Once there is no more. */
	end(): Manifest {
		if (this.manifest) return this.manifest;
		throw this.broken("it is cut off");
	}

	private mark(mark: Mark | undefined, text: string): void {
		if (!isFields(mark)) throw this.broken("a line between its parts cannot be read");
		if (!("manifest" in mark)) this.whole.update(text);
		if ("manifest" in mark) this.close(mark.manifest);
		else if ("end" in mark) this.endPart(mark.end);
		else this.begin(fieldsOf(fieldsOf(mark).part));
	}

	private begin({ kind, name }: Record<string, unknown>): void {
		if (!isOneOf(KINDS, kind)) throw this.broken(`it holds '${String(kind)}', which this program does not know`);
		const named = { kind, ...(typeof name === "string" && { name }) };
		this.part = { name: named, hash: createHash("sha256"), lines: 0 };
	}

	private endPart(end: Counted): void {
		const { part } = this;
		this.part = undefined;
		if (part?.lines !== end.lines || part.hash.digest("hex") !== end.sha256)
			throw this.broken(`its part ${nameOf(end)} is not as it was written`);
		this.parts.push(end);
	}

	private close(manifest: Manifest): void {
		if (this.whole.digest("hex") !== manifest.sha256 || manifest.id !== this.opened.header.id)
			throw this.broken("it is not as it was written");
		if (JSON.stringify(manifest.parts) !== JSON.stringify(this.parts)) throw this.broken("parts of it are gone");
		this.manifest = manifest;
	}

	private broken(why: string): BackupBroken {
		return new BackupBroken(this.opened.file, `${why}. Nothing was restored: take another backup.`);
	}
}

/** A line of a part is a list, or a text; what ends it is an object. */
const isEnd = (value: unknown): boolean => isFields(value) && Object.hasOwn(value, "end");
export const nameOf = ({ kind, name }: PartName): string => (name === undefined ? kind : `${kind} '${name}'`);

async function* textsOf({ file, header, line, key }: Opened): AsyncGenerator<string> {
	const bytes: AsyncIterable<Buffer> = createReadStream(file, { start: Buffer.byteLength(line) });
	const plain = header.sealed === null || key === undefined ? bytes : unsealed(bytes, key, line);
	const unpacked = createGunzip();
	// Whatever fails is thrown to whoever reads what comes out.
	pipeline(Readable.from(plain), unpacked, () => undefined);
	yield* linesIn(unpacked);
}

/** With their breaks; what stands behind the last of them is none. */
async function* linesIn(bytes: AsyncIterable<Buffer>): AsyncGenerator<string> {
	let held: Buffer[] = [];
	let size = 0;
	for await (const some of bytes) {
		let from = 0;
		for (let end = some.indexOf(BREAK); end >= 0; end = some.indexOf(BREAK, from)) {
			yield Buffer.concat([...held, some.subarray(from, end + 1)]).toString("utf8");
			[held, size, from] = [[], 0, end + 1];
		}
		held.push(some.subarray(from));
		size += some.length - from;
		if (size > MOST_LINE) throw new TooLong();
	}
	if (size > 0) throw new TooLong();
}

class TooLong extends Error {
	readonly code = "Z_DATA_ERROR";
}

const CUT = "it is cut off, or was altered. Nothing was restored: take another backup.";

function told({ file }: Opened, error: unknown): unknown {
	if (error instanceof BackupBroken) return error;
	if (error instanceof SealBroken)
		return new BackupBroken(
			file,
			error.isFirst ? "the passphrase is not the one it was sealed with, or it was altered. Nothing was restored." : CUT
		);
	if (String(codeOf(error)).startsWith("Z_")) return new BackupBroken(file, CUT);
	if (codeOf(error) === undefined) return error;
	return new BackupBroken(file, `it cannot be read to its end (${messageOf(error)}).`);
}
