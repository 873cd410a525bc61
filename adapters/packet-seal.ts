/**
 * What nodes send each other, sealed: AES-256-GCM under a key that each process derives for itself from the cluster's key
 * (HKDF, RFC 5869), so that a nonce is a plain count and never met twice. Bound to it: namespace, kind of packet, the node
 * it is for, moment and count. A packet opens where it was sent to, once, within a minute.
 *
 *     version 1 · flags 1 · session 16 · count 6 · moment 6 | ciphertext | tag 16
 */

import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from "node:crypto";
import { ReplayWindow } from "../domain/platform/replay-window";

const VERSION = 0xb1;
/** For one node alone; several packets in one. */
const [TARGETED, FRAMED] = [1, 2];
const SESSION_BYTES = 16;
const COUNT_AT = 2 + SESSION_BYTES;
const MOMENT_AT = COUNT_AT + 6;
const HEADER_BYTES = MOMENT_AT + 6;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const CIPHER = "aes-256-gcm";

/** How far two nodes' clocks may differ, and how long a packet may be on its way, in ms: longer than a call may take. */
export const WINDOW_MS = 60_000;
/** Of other processes: more than any cluster has nodes. */
const MOST_SESSIONS = 4096;

/** Why a packet is refused. */
export type Refusal = "unsealed" | "foreign" | "replayed" | "early" | "late" | "before";

interface Session {
	readonly key: KeyObject;
	readonly window: ReplayWindow;
	latestMs: number;
}

export interface SealOptions {
	readonly keys: readonly Buffer[];
	readonly namespace: string;
	readonly nodeID: string;
	readonly now?: () => number;
	/** How long this process runs, in ms, whatever is done to its clock. */
	readonly uptime?: () => number;
}

export class PacketSeal {
	private readonly session = randomBytes(SESSION_BYTES);
	private readonly key: KeyObject;
	private readonly sessions = new Map<string, Session>();
	private readonly beganMs: number;
	private readonly now: () => number;
	private readonly uptime: () => number;
	private readonly beganAt: number;
	private count = 0;

	constructor(private readonly options: SealOptions) {
		this.now = options.now ?? Date.now;
		this.uptime = options.uptime ?? (() => performance.now());
		this.beganMs = this.now();
		this.beganAt = this.uptime();
		const [newest] = options.keys;
		if (!newest) throw new Error("The cluster has no key.");
		this.key = this.derive(newest, this.session);
	}

	/** @param target the node it is for; undefined for all. @param isFrame it holds several packets */
	seal(kind: string, target: string | undefined, data: Buffer, isFrame = false): Buffer {
		const header = Buffer.alloc(HEADER_BYTES);
		header[0] = VERSION;
		header[1] = (target === undefined ? 0 : TARGETED) | (isFrame ? FRAMED : 0);
		this.session.copy(header, 2);
		header.writeUIntBE(++this.count, COUNT_AT, 6);
		header.writeUIntBE(this.now(), MOMENT_AT, 6);
		const cipher = createCipheriv(CIPHER, this.key, nonceOf(header)).setAAD(this.place(header, kind, target));
		return Buffer.concat([header, cipher.update(data), cipher.final(), cipher.getAuthTag()]);
	}

	/** What was sealed, or why it is not taken. */
	open(kind: string, packet: Buffer): Buffer | Refusal {
		if (packet.length < HEADER_BYTES + TAG_BYTES || packet[0] !== VERSION) return "unsealed";
		const header = packet.subarray(0, HEADER_BYTES);
		const id = header.toString("latin1", 2, COUNT_AT);
		const known = this.sessions.get(id);
		const place = this.place(header, kind, (packet[1] as number) & TARGETED ? this.options.nodeID : undefined);
		for (const key of known ? [known.key] : this.keysOf(header)) {
			const data = decipher(key, header, place, packet);
			if (data) return this.untimely(header) ?? this.repeated(id, key, header) ?? data;
		}
		return "foreign";
	}

	/** Of one that opened. */
	static isFrame(packet: Buffer): boolean {
		return ((packet[1] as number) & FRAMED) !== 0;
	}

	private untimely(header: Buffer): Refusal | undefined {
		const moment = header.readUIntBE(MOMENT_AT, 6);
		const late = this.now() - moment;
		if (late > WINDOW_MS) return "late";
		if (late < -WINDOW_MS) return "early";
		// Whether one from before was taken, only the process that was here then knew. Later than this it is late anyway.
		return moment < this.beganMs && this.uptime() - this.beganAt <= WINDOW_MS ? "before" : undefined;
	}

	private repeated(id: string, key: KeyObject, header: Buffer): Refusal | undefined {
		const session = this.sessions.get(id) ?? this.meet(id, key);
		if (!session.window.take(header.readUIntBE(COUNT_AT, 6))) return "replayed";
		session.latestMs = Math.max(session.latestMs, header.readUIntBE(MOMENT_AT, 6));
		return undefined;
	}

	private keysOf(header: Buffer): KeyObject[] {
		const session = header.subarray(2, COUNT_AT);
		return this.options.keys.map(key => this.derive(key, session));
	}

	/** As an object: Node makes one of bytes for each packet, which takes longer than to seal it. */
	private derive(key: Buffer, session: Buffer): KeyObject {
		const bytes = hkdfSync("sha256", key, session, `banyan packets ${this.options.namespace}`, KEY_BYTES);
		return createSecretKey(Buffer.from(bytes));
	}

	/** Only for packets that were sealed with the cluster's key. */
	private meet(id: string, key: KeyObject): Session {
		if (this.sessions.size >= MOST_SESSIONS) this.forget();
		const session: Session = { key, window: new ReplayWindow(), latestMs: 0 };
		this.sessions.set(id, session);
		return session;
	}

	/** Those of which nothing can come again: all of it would be late. */
	private forget(): void {
		const end = this.now() - WINDOW_MS;
		for (const [id, { latestMs }] of this.sessions) if (latestMs < end) this.sessions.delete(id);
	}

	/** What a packet is bound to beside what it says. */
	private place(header: Buffer, kind: string, target: string | undefined): Buffer {
		return Buffer.concat([header, Buffer.from(`${kind}\n${target ?? ""}`)]);
	}
}

/** The count, in twelve bytes. */
const nonceOf = (header: Buffer): Buffer => {
	const nonce = Buffer.alloc(NONCE_BYTES);
	header.copy(nonce, NONCE_BYTES - 6, COUNT_AT, MOMENT_AT);
	return nonce;
};

function decipher(key: KeyObject, header: Buffer, place: Buffer, packet: Buffer): Buffer | undefined {
	const opened = createDecipheriv(CIPHER, key, nonceOf(header), { authTagLength: TAG_BYTES }).setAAD(place);
	opened.setAuthTag(packet.subarray(packet.length - TAG_BYTES));
	const data = opened.update(packet.subarray(HEADER_BYTES, packet.length - TAG_BYTES));
	try {
		// GCM has nothing left to say but whether it is true.
		opened.final();
		return data;
	} catch {
		return undefined;
	}
}
