/**
 * The form of a packet between nodes, and what opens it.
 *
 *     version 1 · flags 1 · session 16 · count 6 · moment 6 | ciphertext | tag 16
 */

import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from "node:crypto";

const VERSION = 0xb1;
/**
 * For one node alone; several packets in one; with a proof of who sends it in what is sealed; sealed with a key of two nodes
 * alone; with its sender's introduction behind the header.
 */
export const FLAGS = { targeted: 1, framed: 2, signed: 4, paired: 8, introduced: 16 } as const;
export const SESSION_BYTES = 16;
const COUNT_AT = 2 + SESSION_BYTES;
const MOMENT_AT = COUNT_AT + 6;
export const HEADER_BYTES = MOMENT_AT + 6;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const CIPHER = "aes-256-gcm";

export const isPacket = (packet: Buffer): boolean => packet.length >= HEADER_BYTES + TAG_BYTES && packet[0] === VERSION;
export const headerOf = (packet: Buffer): Buffer => packet.subarray(0, HEADER_BYTES);
export const has = (packet: Buffer, flag: keyof typeof FLAGS): boolean => ((packet[1] as number) & FLAGS[flag]) !== 0;
/** Of the process that sent it. */
export const sessionOf = (packet: Buffer): string => packet.toString("latin1", 2, COUNT_AT);
export const sessionBytes = (packet: Buffer): Buffer => packet.subarray(2, COUNT_AT);
export const countOf = (packet: Buffer): number => packet.readUIntBE(COUNT_AT, 6);
export const momentOf = (packet: Buffer): number => packet.readUIntBE(MOMENT_AT, 6);

/** What a process sends: each packet has a count of its own, so that a nonce is met once. */
export class Sender {
	readonly session = randomBytes(SESSION_BYTES);
	private count = 0;

	constructor(private readonly now: () => number) {}

	header(flags: number): Buffer {
		const header = Buffer.alloc(HEADER_BYTES);
		header[0] = VERSION;
		header[1] = flags;
		this.session.copy(header, 2);
		header.writeUIntBE(++this.count, COUNT_AT, 6);
		header.writeUIntBE(this.now(), MOMENT_AT, 6);
		return header;
	}
}

/** What a packet is bound to beside what it says. @param head the header, and what stands behind it in the clear */
export const placeOf = (head: Buffer, kind: string, target: string | undefined): Buffer =>
	Buffer.concat([head, Buffer.from(`${kind}\n${target ?? ""}`)]);

/** @param head as in `placeOf` */
export function encipher(key: KeyObject, head: Buffer, place: Buffer, data: Buffer): Buffer {
	const cipher = createCipheriv(CIPHER, key, nonceOf(head)).setAAD(place);
	return Buffer.concat([head, cipher.update(data), cipher.final(), cipher.getAuthTag()]);
}

/** Undefined where it was sealed with another key, or for another place. @param at where what is sealed begins */
export function decipher(key: KeyObject, place: Buffer, packet: Buffer, at = HEADER_BYTES): Buffer | undefined {
	const end = packet.length - TAG_BYTES;
	if (at > end) return undefined;
	const opened = createDecipheriv(CIPHER, key, nonceOf(packet), { authTagLength: TAG_BYTES }).setAAD(place);
	opened.setAuthTag(packet.subarray(end));
	const data = opened.update(packet.subarray(at, end));
	try {
		// GCM has nothing left to say but whether it is true.
		opened.final();
		return data;
	} catch {
		return undefined;
	}
}

/** The count, in twelve bytes. */
const nonceOf = (header: Buffer): Buffer => {
	const nonce = Buffer.alloc(NONCE_BYTES);
	header.copy(nonce, NONCE_BYTES - 6, COUNT_AT, MOMENT_AT);
	return nonce;
};

/** As an object: Node makes one of bytes for each packet, which takes longer than to seal it. */
export const derivedKey = (secret: Buffer, salt: Buffer, use: string): KeyObject =>
	createSecretKey(Buffer.from(hkdfSync("sha256", secret, salt, use, KEY_BYTES)));
