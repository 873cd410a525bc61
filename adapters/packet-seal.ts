/**
 * What nodes send each other, sealed: AES-256-GCM under a key that each process derives for itself from the cluster's key
 * (HKDF, RFC 5869), so that a nonce is a plain count and never met twice. Bound to it: namespace, kind of packet, the node
 * it is for, moment and count. A packet opens where it was sent to, once, within a minute.
 */

import type { KeyObject } from "node:crypto";
import { Arrivals, type Clock, MOST_SESSIONS, type Untaken, WINDOW_MS } from "./packet-arrivals";
import {
	decipher,
	derivedKey,
	encipher,
	FLAGS,
	HEADER_BYTES,
	has,
	headerOf,
	isPacket,
	placeOf,
	Sender,
	sessionBytes,
	sessionOf
} from "./packet-form";

export { WINDOW_MS };

/** Why a packet is refused. */
export type Refusal = "unsealed" | "foreign" | Untaken;

const LENGTH_BYTES = 2;
/** Where a kind of packet would stand. */
const INTRODUCTION = "introduction";

export interface SealOptions extends Clock {
	readonly keys: readonly Buffer[];
	readonly namespace: string;
	readonly nodeID: string;
}

export class PacketSeal {
	readonly sender: Sender;
	readonly arrivals: Arrivals;
	private readonly key: KeyObject;
	/** By session. */
	private readonly known = new Map<string, KeyObject>();

	constructor(readonly options: SealOptions) {
		this.sender = new Sender(options.now ?? Date.now);
		this.arrivals = new Arrivals(options);
		const [newest] = options.keys;
		if (!newest) throw new Error("The cluster has no key.");
		this.key = this.derive(newest, this.sender.session);
	}

	/** @param target the node it is for; undefined for all. @param isFrame it holds several packets */
	seal(kind: string, target: string | undefined, data: Buffer, isFrame = false): Buffer {
		return this.sealAs(this.header(target, isFrame), kind, target, data);
	}

	header(target: string | undefined, isFrame: boolean, more = 0): Buffer {
		return this.sender.header((target === undefined ? 0 : FLAGS.targeted) | (isFrame ? FLAGS.framed : 0) | more);
	}

	/** @param header of `header`, for this packet alone */
	sealAs(header: Buffer, kind: string, target: string | undefined, data: Buffer): Buffer {
		return encipher(this.key, header, placeOf(header, kind, target), data);
	}

	/** What was sealed, or why it is not taken. */
	open(kind: string, packet: Buffer): Buffer | Refusal {
		const data = this.decrypted(kind, packet);
		return typeof data === "string" ? data : (this.arrivals.refusal(packet, sessionOf(packet)) ?? data);
	}

	/** The same, whether it came before or not. */
	decrypted(kind: string, packet: Buffer): Buffer | "unsealed" | "foreign" {
		if (!isPacket(packet)) return "unsealed";
		return this.deciphered(this.placeHere(headerOf(packet), kind, packet), packet) ?? "foreign";
	}

	private deciphered(place: Buffer, packet: Buffer, from?: number): Buffer | undefined {
		const id = sessionOf(packet);
		const known = this.known.get(id);
		for (const key of known ? [known] : this.keysOf(packet)) {
			const data = decipher(key, place, packet, from);
			if (!data) continue;
			if (!known) this.meet(id, key);
			return data;
		}
		return undefined;
	}

	/** A header with who sends it behind it, for the cluster's nodes to see. @param header of `header` */
	introduced(header: Buffer, words: string): Buffer {
		const length = Buffer.alloc(LENGTH_BYTES);
		const sealed = encipher(this.key, header, placeOf(header, INTRODUCTION, undefined), Buffer.from(words));
		length.writeUInt16BE(sealed.length - HEADER_BYTES);
		return Buffer.concat([header, length, sealed.subarray(HEADER_BYTES)]);
	}

	/** Who it says that sent it, and where that ends. */
	wordsIn(packet: Buffer): { readonly text: string; readonly end: number } | "foreign" {
		if (packet.length < HEADER_BYTES + LENGTH_BYTES) return "foreign";
		const from = HEADER_BYTES + LENGTH_BYTES;
		const end = from + packet.readUInt16BE(HEADER_BYTES);
		const header = headerOf(packet);
		const text = this.deciphered(placeOf(header, INTRODUCTION, undefined), packet.subarray(0, end), from);
		return text ? { text: text.toString(), end } : "foreign";
	}

	/** As it must have been meant to be for us. */
	placeHere(head: Buffer, kind: string, packet: Buffer): Buffer {
		return placeOf(head, kind, has(packet, "targeted") ? this.options.nodeID : undefined);
	}

	/** Of one that opened. */
	static isFrame(packet: Buffer): boolean {
		return has(packet, "framed");
	}

	private keysOf(packet: Buffer): KeyObject[] {
		return this.options.keys.map(key => this.derive(key, sessionBytes(packet)));
	}

	private derive(key: Buffer, session: Buffer): KeyObject {
		return derivedKey(key, session, `banyan packets ${this.options.namespace}`);
	}

	/** Only for packets that were sealed with the cluster's key. Whoever is forgotten is known again by the next one. */
	private meet(id: string, key: KeyObject): void {
		if (this.known.size >= MOST_SESSIONS) this.known.clear();
		this.known.set(id, key);
	}
}
