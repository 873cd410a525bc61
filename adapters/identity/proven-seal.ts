/**
 * Packets that say who sent them, and prove it (decision 44). What goes to one node is sealed with a key that the two of them
 * agreed on (X25519, RFC 7748) from what each signed of itself: nobody else could have sealed it, and a packet costs what it
 * cost before. What goes to all is signed (Ed25519, RFC 8032): it is rare. Both are sealed with the cluster's key as well.
 */

import type { KeyObject } from "node:crypto";
import type { Authorities } from "../../domain/platform/identity/authorities";
import { isSignature } from "../../domain/platform/identity/jws";
import type { Disbelief } from "../../domain/platform/identity/session";
import { decipher, encipher, FLAGS, HEADER_BYTES, has, headerOf, isPacket, placeOf, sessionOf } from "../packet-form";
import { PacketSeal, type Refusal, type SealOptions } from "../packet-seal";
import type { Identity } from "./identity";
import { type Peer, Peers } from "./peers";
import { proofIn, withProof } from "./proof";
import { Self } from "./self";

/** Why a packet is not taken from whoever sent it. */
export type Unproven = Refusal | Disbelief | "unidentified";

export interface Opened {
	readonly data: Buffer;
	/** Null where they did not say, and need not. */
	readonly from: Peer | null;
}

/** Whoever may have signed something. */
export interface Signer {
	readonly services: ReadonlySet<string>;
	signed(text: string, signature: string): boolean;
}

export interface ProvenOptions extends SealOptions {
	readonly identity: Identity;
	readonly authorities: Authorities;
	/** Nobody is heard who does not prove who they are. */
	readonly isRequired: boolean;
	/** A withdrawal that another node told of. */
	readonly heard?: () => void;
}

/** Of these one to each node goes with a request, an answer or an event: all others are signed. */
const PAIRED: ReadonlySet<string> = new Set(["REQ", "RES", "EVENT"]);

export class ProvenSeal {
	private readonly plain: PacketSeal;
	private readonly self: Self;
	private readonly peers: Peers;

	constructor(private readonly options: ProvenOptions) {
		const { identity, authorities, namespace, nodeID, keys, now = Date.now } = options;
		this.plain = new PacketSeal(options);
		const { session } = this.plain.sender;
		this.self = new Self(identity, { session, namespace, nodeID }, now);
		const { exchange } = this.self;
		this.peers = new Peers(
			{ session: session.toString("latin1"), namespace, exchange, clusterKeys: keys, now },
			authorities
		);
	}

	become(identity: Identity): void {
		this.self.become(identity);
	}

	/** Undefined where it is for a node that has not proven who it is, and must have. */
	seal(kind: string, target: string | undefined, data: Buffer, isFrame = false): Buffer | undefined {
		if (target === undefined || !PAIRED.has(kind)) return this.signed(kind, target, data);
		const peer = this.peers.of(target);
		if (peer) return this.paired(peer, kind, target, data, isFrame);
		if (this.options.isRequired) return undefined;
		return this.plain.seal(kind, target, data, isFrame);
	}

	/** What others may ask again, of a node whose packets they do not see. */
	sign(text: string): string {
		return this.self.signedForAll(Buffer.from(text));
	}

	/** A node that is believed now: itself, too. */
	ofNode(nodeID: string): Signer | undefined {
		const isOwn = nodeID === this.options.nodeID;
		const peer = isOwn ? undefined : this.peers.of(nodeID);
		const token = isOwn ? this.self.token : peer?.token;
		if (!token) return undefined;
		const keys = [token.key, ...this.peers.keysBefore(peer)];
		const signed = (text: string, by: string): boolean =>
			by.split(".").some(each => keys.some(key => isSignature(text, each, key)));
		return { services: new Set(token.services), signed };
	}

	/** Nodes that were believed once, and are not any more. */
	get fallen(): string[] {
		return this.peers.fallen;
	}

	private signed(kind: string, target: string | undefined, data: Buffer): Buffer {
		const header = this.plain.header(target, false, FLAGS.signed);
		const place = this.signedPlace(placeOf(header, kind, target));
		const told = PAIRED.has(kind) ? [] : this.options.authorities.told;
		const proof = [this.self.sign(place, data), this.self.words, ...told].join("~");
		return this.plain.sealAs(header, kind, target, withProof(data, proof));
	}

	private paired(peer: Peer, kind: string, target: string, data: Buffer, isFrame: boolean): Buffer {
		const isMet = peer.knowsUs;
		const header = this.plain.header(target, isFrame, FLAGS.paired | (isMet ? 0 : FLAGS.introduced));
		const head = isMet ? header : this.plain.introduced(header, this.self.words);
		return encipher(peer.sealKey, head, placeOf(head, kind, target), data);
	}

	/** What was sealed and by whom, or why it is not taken. */
	open(kind: string, packet: Buffer): Opened | Unproven {
		if (!isPacket(packet)) return "unsealed";
		if (has(packet, "paired")) return this.openPaired(kind, packet);
		const data = this.plain.decrypted(kind, packet);
		if (typeof data === "string") return data;
		if (has(packet, "signed")) return this.openSigned(kind, packet, data);
		if (this.options.isRequired) return "unidentified";
		return this.plain.arrivals.refusal(packet, sessionOf(packet)) ?? { data, from: null };
	}

	private openSigned(kind: string, packet: Buffer, data: Buffer): Opened | Unproven {
		const proof = proofIn(data);
		if (!proof) return "unidentified";
		const { authorities, heard } = this.options;
		const news = proof.withdrawals.filter(text => authorities.hear(text));
		if (news.length > 0) heard?.();
		const from = this.peers.met(sessionOf(packet), proof.words);
		if (typeof from === "string") return from;
		const place = this.signedPlace(this.plain.placeHere(headerOf(packet), kind, packet));
		if (!isSignature(Buffer.concat([place, proof.data]), proof.signature, from.key)) return "forged";
		return this.taken(packet, from) ?? { data: proof.data, from };
	}

	private openPaired(kind: string, packet: Buffer): Opened | Unproven {
		const words = has(packet, "introduced") ? this.plain.wordsIn(packet) : undefined;
		if (words === "foreign") return words;
		const session = sessionOf(packet);
		const from = words ? this.peers.met(session, words.text) : (this.peers.known(session) ?? "foreign");
		if (typeof from === "string") return from;
		const end = words?.end ?? HEADER_BYTES;
		const place = this.plain.placeHere(packet.subarray(0, end), kind, packet);
		const opened = openedBy(from.openKeys, key => decipher(key, place, packet, end));
		if (!opened) return "foreign";
		from.opensWith(opened.key);
		return this.taken(packet, from) ?? { data: opened.data, from };
	}

	/** Counted apart from what others send in the name of the same process without proof. */
	private taken(packet: Buffer, peer: Peer): Refusal | undefined {
		const refusal = this.plain.arrivals.refusal(packet, `${peer.session}+`);
		if (refusal === undefined) this.peers.heard(peer);
		return refusal;
	}

	private signedPlace(place: Buffer): Buffer {
		return Buffer.concat([Buffer.from(`banyan packet ${this.options.namespace}\n`), place, Buffer.of(0)]);
	}
}

function openedBy(keys: readonly KeyObject[], open: (key: KeyObject) => Buffer | undefined) {
	for (const key of keys) {
		const data = open(key);
		if (data) return { key, data };
	}
	return undefined;
}
