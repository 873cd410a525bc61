/** The processes of other nodes that introduced themselves, and the keys that this one has with each of them alone. */

import { diffieHellman, type KeyObject } from "node:crypto";
import type { Authorities, Mistrust } from "../../domain/platform/identity/authorities";
import { believed, type Disbelief, type Introduced } from "../../domain/platform/identity/session";
import { MOST_SESSIONS, WINDOW_MS } from "../packet-arrivals";
import { derivedKey } from "../packet-form";

export interface Here {
	/** Of this process, in latin1. */
	readonly session: string;
	readonly namespace: string;
	/** X25519, private. */
	readonly exchange: KeyObject;
	readonly clusterKeys: readonly Buffer[];
	readonly now: () => number;
}

const hex = (session: string): string => Buffer.from(session, "latin1").toString("base64url");

export class Peer {
	readonly nodeID: string;
	services: ReadonlySet<string>;
	/** It has opened what only we could seal: it knows us. */
	knowsUs = false;
	/** Something of it was taken. */
	isHeard = false;
	/** What it was granted before that. */
	before: Introduced["token"] | undefined;
	private readonly shared: Buffer;
	private sealing: KeyObject | undefined;
	private opening: readonly KeyObject[] | undefined;

	/** @throws where its key is none that anything can be agreed with */
	constructor(
		readonly session: string,
		private said: Introduced,
		private words: string,
		private readonly here: Here
	) {
		this.nodeID = said.session.nodeID;
		this.services = new Set(said.token.services);
		this.shared = diffieHellman({ privateKey: here.exchange, publicKey: said.exchange });
	}

	get key(): KeyObject {
		return this.said.token.key;
	}

	get token(): Introduced["token"] {
		return this.said.token;
	}

	isAs(words: string): boolean {
		return this.words === words;
	}

	/** Another token of the same process. @returns false where it is somebody else's, who took its name for the process */
	renew(said: Introduced, words: string): boolean {
		const isSame = said.token.name === this.token.name && said.session.nodeID === this.nodeID;
		if (!isSame || said.session.exchange !== this.said.session.exchange) return false;
		this.before = this.said.token;
		this.said = said;
		this.words = words;
		this.services = new Set(said.token.services);
		return true;
	}

	/** What is sealed for it. */
	get sealKey(): KeyObject {
		const [newest = Buffer.alloc(0)] = this.here.clusterKeys;
		this.sealing ??= this.derive(newest, this.here.session, this.session);
		return this.sealing;
	}

	/** What opens what it sealed for us: with several keys of the cluster, any of these. */
	get openKeys(): readonly KeyObject[] {
		this.opening ??= this.here.clusterKeys.map(key => this.derive(key, this.session, this.here.session));
		return this.opening;
	}

	/** It was this one. */
	opensWith(key: KeyObject): void {
		this.opening = [key];
		this.knowsUs = true;
	}

	private derive(clusterKey: Buffer, from: string, to: string): KeyObject {
		const use = `banyan pair ${this.here.namespace} ${hex(from)} ${hex(to)}`;
		return derivedKey(this.shared, clusterKey, use);
	}
}

export class Peers {
	private readonly bySession = new Map<string, Peer>();
	private readonly byNode = new Map<string, Peer>();

	constructor(
		private readonly here: Here,
		private readonly authorities: Authorities
	) {}

	/** The latest process of a node, where it may still be spoken to. */
	of(nodeID: string): Peer | undefined {
		const peer = this.byNode.get(nodeID);
		return peer && this.mistrust(peer) === undefined ? peer : undefined;
	}

	/** What it signed with a token before is on its way yet: as long as that counts. */
	keysBefore(peer: Peer | undefined): KeyObject[] {
		const before = peer?.before;
		return before && this.authorities.mistrust(before, this.here.now()) === undefined ? [before.key] : [];
	}

	/** A process that is known. */
	known(session: string): Peer | Mistrust | undefined {
		const peer = this.bySession.get(session);
		return peer && (this.mistrust(peer) ?? peer);
	}

	/** One that introduces itself, again or for the first time. */
	met(session: string, words: string): Peer | Disbelief {
		const known = this.bySession.get(session);
		if (known?.isAs(words)) return this.mistrust(known) ?? known;
		const place = { id: hex(session), namespace: this.here.namespace };
		const said = believed(words, place, this.authorities, this.here.now());
		if (typeof said === "string") return said;
		if (known) return known.renew(said, words) ? known : "forged";
		return this.added(session, said, words);
	}

	/** Something of it was taken: the first time its node is this process from now on, whatever clocks say. */
	heard(peer: Peer): void {
		if (peer.isHeard) return;
		peer.isHeard = true;
		this.byNode.set(peer.nodeID, peer);
	}

	/** The nodes that were believed once, and are not any more. */
	get fallen(): string[] {
		return [...this.byNode].flatMap(([nodeID, peer]) => (this.mistrust(peer) === undefined ? [] : [nodeID]));
	}

	private added(session: string, said: Introduced, words: string): Peer | "forged" {
		if (this.bySession.size >= MOST_SESSIONS) this.forget();
		try {
			const peer = new Peer(session, said, words, this.here);
			this.bySession.set(session, peer);
			return peer;
		} catch {
			return "forged";
		}
	}

	/** Nothing that an authority took back counts any longer than until the next packet. */
	private mistrust(peer: Peer): Mistrust | undefined {
		return this.authorities.mistrust(peer.token, this.here.now());
	}

	/** Of each node but its latest process, and those whose token is over. */
	private forget(): void {
		const end = this.here.now() - WINDOW_MS;
		for (const [session, peer] of this.bySession)
			if (this.byNode.get(peer.nodeID) !== peer || peer.token.untilMs < end) this.bySession.delete(session);
		for (const [nodeID, peer] of this.byNode) if (!this.bySession.has(peer.session)) this.byNode.delete(nodeID);
	}
}
