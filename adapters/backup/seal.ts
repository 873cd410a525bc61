/** A backup under a passphrase: pieces of a stream, each sealed for its place, so that none is lost, moved or added. */

import { createHash, randomBytes, scryptSync } from "node:crypto";
import { fieldsOf } from "../../domain/unknown";
import { decrypt, encrypt } from "../secrets";
import type { SealedBy } from "./format";

const PIECE = 1 << 16;
/** Of scrypt: some hundred milliseconds, 64 MB. */
const COST = 1 << 16;
const BLOCK = 8;
const PARALLEL = 1;
const LENGTH_BYTES = 4;
/** The number at the start of a piece, and what AES-GCM adds. */
const MOST_SEALED = PIECE + 64;

export const newSeal = (): SealedBy => ({ salt: randomBytes(16).toString("base64"), cost: COST });

/** At most what takes 256 MB: over that somebody wants the machine, not the key. */
const MOST_COST = 1 << 18;
const isCost = (cost: unknown): cost is number =>
	typeof cost === "number" && cost > 1 && cost <= MOST_COST && Number.isInteger(Math.log2(cost));

/** As a header says it; undefined where it is none. */
export function sealedBy(said: unknown): SealedBy | undefined {
	const { salt, cost } = fieldsOf(said);
	return typeof salt === "string" && isCost(cost) ? { salt, cost } : undefined;
}

export function keyOf(passphrase: string, { salt, cost }: SealedBy): Buffer {
	const options = { N: cost, r: BLOCK, p: PARALLEL, maxmem: 256 * cost * BLOCK };
	return scryptSync(passphrase.normalize("NFC"), Buffer.from(salt, "base64"), 32, options);
}

const placeOf = (header: string, piece: number, isLast: boolean): string =>
	`${createHash("sha256").update(header).digest("hex")}/${piece}/${isLast ? "last" : "more"}`;

/** The same bytes sealed, piece by piece. @param header the first line: what is sealed under it opens under no other */
export async function* sealed(
	bytes: AsyncIterable<Buffer>,
	key: Buffer,
	header: string
): AsyncGenerator<Buffer, void, undefined> {
	let piece = 0;
	const frame = (plain: Buffer, isLast: boolean): Buffer => {
		const closed = encrypt(key, plain, placeOf(header, piece++, isLast));
		const length = Buffer.alloc(LENGTH_BYTES);
		length.writeUInt32BE(closed.length);
		return Buffer.concat([length, closed]);
	};
	let held = Buffer.alloc(0);
	for await (const some of bytes) {
		held = Buffer.concat([held, some]);
		while (held.length > PIECE) {
			yield frame(held.subarray(0, PIECE), false);
			held = held.subarray(PIECE);
		}
	}
	yield frame(held, true);
}

/** Thrown where a piece does not open: another passphrase, or it was altered. */
export class SealBroken extends Error {
	constructor(
		/** The first one: then it is the passphrase that is wrong, most likely. */
		readonly isFirst: boolean
	) {
		super("a piece of the backup does not open");
	}
}

/** What was sealed. @throws SealBroken also where it is cut off */
export async function* unsealed(
	bytes: AsyncIterable<Buffer>,
	key: Buffer,
	header: string
): AsyncGenerator<Buffer, void, undefined> {
	let piece = 0;
	let isOver = false;
	for await (const closed of frames(bytes)) {
		const plain = decrypt(key, closed, placeOf(header, piece, false));
		const last = plain ? undefined : decrypt(key, closed, placeOf(header, piece, true));
		const opened = plain ?? last;
		if (isOver || opened === undefined) throw new SealBroken(piece === 0);
		isOver = last !== undefined;
		piece++;
		yield opened;
	}
	if (!isOver) throw new SealBroken(false);
}

async function* frames(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
	let held = Buffer.alloc(0);
	for await (const some of bytes) {
		held = Buffer.concat([held, some]);
		while (held.length >= LENGTH_BYTES) {
			const length = held.readUInt32BE();
			if (length > MOST_SEALED) throw new SealBroken(false);
			if (held.length < LENGTH_BYTES + length) break;
			yield held.subarray(LENGTH_BYTES, LENGTH_BYTES + length);
			held = held.subarray(LENGTH_BYTES + length);
		}
	}
	if (held.length > 0) throw new SealBroken(false);
}
