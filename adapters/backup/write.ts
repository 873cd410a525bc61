/** Writes a backup: bytes as they come, however much is kept. */

import { createHash, type Hash, randomUUID } from "node:crypto";
import { pipeline, Readable } from "node:stream";
import { createGzip } from "node:zlib";
import { type Counted, FORMAT, type Header, type Kept, type Manifest, type Part } from "./format";
import { keyOf, newSeal, sealed } from "./seal";
import { marked } from "./secret";

export interface Writing {
	readonly release: string;
	/** Seals it, and with it what its records are sealed with goes into it. */
	readonly passphrase?: string | undefined;
	/** Told what was written, at the end. */
	readonly done: (manifest: Manifest) => void;
}

/** So much is compressed at once. */
const AT_ONCE = 1 << 16;

/** @throws whatever the stores do, and then what was given is no backup */
export async function* backupBytes(kept: Kept, { release, passphrase, done }: Writing): AsyncGenerator<Buffer> {
	const seal = passphrase === undefined ? null : newSeal();
	const said = { banyan: "backup", format: FORMAT, release, id: randomUUID(), at: new Date().toISOString() } as const;
	const header: Header = { ...said, mode: kept.mode, sealed: seal };
	const line = `${JSON.stringify(header)}\n`;
	yield Buffer.from(line);
	const text = linesOf(kept, header, done);
	const packed = createGzip();
	// Whatever fails is thrown to whoever reads what comes out.
	pipeline(Readable.from(together(text)), packed, () => undefined);
	if (seal === null || passphrase === undefined) yield* packed;
	else yield* sealed(packed, keyOf(passphrase, seal), line);
}

async function* linesOf(kept: Kept, header: Header, done: Writing["done"]): AsyncGenerator<string> {
	const whole = createHash("sha256");
	const parts: Counted[] = [];
	for await (const part of kept.parts()) {
		const counted = yield* hashed(partLines(part), whole);
		parts.push(counted);
	}
	const secret = await kept.secret();
	if (header.sealed !== null && secret !== undefined) {
		const lines = [secret.toString("base64")];
		parts.push(yield* hashed(partLines({ kind: "secret", lines: Readable.from(lines) }), whole));
	}
	const { sealed: seal, ...said } = header;
	const manifest: Manifest = {
		...said,
		isSealed: seal !== null,
		parts,
		ended: new Date().toISOString(),
		secret: secret === undefined ? null : marked(secret),
		sha256: whole.digest("hex")
	};
	yield `${JSON.stringify({ manifest })}\n`;
	done(manifest);
}

/** All that is read of a part, between its marks. */
async function* partLines({ kind, name, lines, last }: Part): AsyncGenerator<string, Counted> {
	const named = { kind, ...(name !== undefined && { name }) };
	const hash = createHash("sha256");
	let count = 0;
	yield `${JSON.stringify({ part: named })}\n`;
	for await (const each of lines) {
		const line = `${JSON.stringify(each)}\n`;
		hash.update(line);
		count++;
		yield line;
	}
	const counted: Counted = { ...named, lines: count, sha256: hash.digest("hex"), ...(last && { last: last() }) };
	yield `${JSON.stringify({ end: counted })}\n`;
	return counted;
}

async function* hashed<R>(lines: AsyncGenerator<string, R>, hash: Hash): AsyncGenerator<string, R> {
	for (;;) {
		const next = await lines.next();
		if (next.done) return next.value;
		hash.update(next.value);
		yield next.value;
	}
}

/** Many lines are handed on as one piece: each one alone would cost more than what is done with it. */
async function* together(lines: AsyncIterable<string>): AsyncGenerator<Buffer> {
	let held: string[] = [];
	let size = 0;
	for await (const line of lines) {
		held.push(line);
		size += line.length;
		if (size < AT_ONCE) continue;
		yield Buffer.from(held.join(""));
		held = [];
		size = 0;
	}
	yield Buffer.from(held.join(""));
}
