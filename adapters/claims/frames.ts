/**
 * A body on its way between two nodes, sealed as packets are (AES-256-GCM), a frame at a time, under a key that is used for
 * it alone. Each frame says whether it is the last: what breaks off is never taken for whole.
 *
 *     last 1 · length 3 | ciphertext | tag 16
 */

import { createCipheriv, createDecipheriv } from "node:crypto";
import { Transform } from "node:stream";

const HEADER_BYTES = 4;
const TAG_BYTES = 16;
const NONCE_BYTES = 12;
const CIPHER = "aes-256-gcm";
/** Of what is in one frame, in bytes. */
export const FRAME_BYTES = 64 * 1024;

/** What it reads in the clear it writes in frames. */
export function sealing(key: Buffer): Transform {
	let count = 0;
	const frame = (data: Uint8Array, last: boolean): Buffer => {
		const header = Buffer.alloc(HEADER_BYTES);
		header[0] = last ? 1 : 0;
		header.writeUIntBE(data.length, 1, 3);
		const cipher = createCipheriv(CIPHER, key, nonceOf(count++)).setAAD(header);
		return Buffer.concat([header, cipher.update(data), cipher.final(), cipher.getAuthTag()]);
	};
	return new Transform({
		transform(chunk: Buffer, _, done) {
			for (let at = 0; at < chunk.length; at += FRAME_BYTES)
				this.push(frame(chunk.subarray(at, at + FRAME_BYTES), false));
			done();
		},
		flush(done) {
			done(null, frame(Buffer.alloc(0), true));
		}
	});
}

/** What it reads in frames it writes in the clear. Fails where one was changed, and where the last one is missing. */
export function opening(key: Buffer): Transform {
	const frames = new Frames(key);
	return new Transform({
		transform(chunk: Buffer, _, done) {
			try {
				for (const data of frames.take(chunk)) if (data.length > 0) this.push(data);
				done();
			} catch (error) {
				done(error instanceof Error ? error : new Error(String(error)));
			}
		},
		flush(done) {
			done(frames.over ? null : new Error("A body between nodes broke off."));
		}
	});
}

class Frames {
	/** What came of frames that are not whole. */
	private parts: Buffer[] = [];
	private size = 0;
	private count = 0;
	over = false;

	constructor(private readonly key: Buffer) {}

	/** Those that are whole by now. @throws where one is not ours */
	*take(chunk: Buffer): Generator<Buffer> {
		this.parts.push(chunk);
		this.size += chunk.length;
		for (let end = this.end(); end <= this.size; end = this.end()) yield this.opened(this.cut(end));
	}

	/** Where the first frame ends, as far as it is known. */
	private end(): number {
		if (this.size < HEADER_BYTES) return Number.POSITIVE_INFINITY;
		const [first = this.joined()] = this.parts;
		const length = (first.length < HEADER_BYTES ? this.joined() : first).readUIntBE(1, 3);
		if (length > FRAME_BYTES || this.over) throw new Error("A body between nodes has what is no frame of it.");
		return HEADER_BYTES + length + TAG_BYTES;
	}

	private cut(end: number): Buffer {
		const [all, rest] = [this.joined(), this.joined().subarray(end)];
		this.parts = rest.length > 0 ? [rest] : [];
		this.size = rest.length;
		return all.subarray(0, end);
	}

	private joined(): Buffer {
		const [first, ...others] = this.parts;
		if (first && others.length === 0) return first;
		const all = Buffer.concat(this.parts);
		this.parts = [all];
		return all;
	}

	private opened(frame: Buffer): Buffer {
		const header = frame.subarray(0, HEADER_BYTES);
		const opened = createDecipheriv(CIPHER, this.key, nonceOf(this.count++), { authTagLength: TAG_BYTES });
		opened.setAAD(header).setAuthTag(frame.subarray(frame.length - TAG_BYTES));
		const data = opened.update(frame.subarray(HEADER_BYTES, frame.length - TAG_BYTES));
		opened.final();
		this.over = header[0] === 1;
		return data;
	}
}

const nonceOf = (count: number): Buffer => {
	const nonce = Buffer.alloc(NONCE_BYTES);
	nonce.writeUIntBE(count, NONCE_BYTES - 6, 6);
	return nonce;
};
