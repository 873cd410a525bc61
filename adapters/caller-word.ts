/** What proves a door's word on a caller: a MAC under the cluster's key (HMAC-SHA-256), and a signature where nodes have identities. */

import { createHmac, type KeyObject, timingSafeEqual } from "node:crypto";
import type { Proof } from "../domain/platform/callers/proof";
import type { ProvenSeal } from "./identity/proven-seal";
import { derivedKey } from "./packet-form";

/** What holds of a word: `stranger`: the node that gave it may not. */
export type Verdict = "good" | "altered" | "stranger";

/** The one service at whose doors it is asked who calls. */
const DOOR = "gateway";
const MOST_KNOWN = 2_000;

interface Means {
	/** The newest first. */
	readonly keys: readonly Buffer[];
	readonly namespace: string;
	/** Where nodes have identities. */
	readonly seal: ProvenSeal | undefined;
	/** Nobody's word counts without one. */
	readonly isRequired: boolean;
}

export class CallerWord {
	private readonly keys: readonly KeyObject[];
	/** Signatures that were right, with what was signed: one request asks a node more than once. */
	private readonly known = new Map<string, string>();

	constructor(private readonly means: Means) {
		const use = `banyan callers ${means.namespace}`;
		this.keys = means.keys.map(key => derivedKey(key, Buffer.alloc(0), use));
	}

	/** Of a node without a key there is nothing to prove. */
	give(text: string): Pick<Proof, "mac" | "signature"> | undefined {
		const [newest] = this.keys;
		return newest && { mac: mac(newest, text), signature: this.means.seal?.sign(text) ?? "" };
	}

	judge({ node, mac: given, signature }: Proof, text: string): Verdict {
		if (!this.keys.some(key => isSame(mac(key, text), given))) return "altered";
		return this.means.isRequired ? this.judgeSignature(node, signature, text) : "good";
	}

	private judgeSignature(node: string, signature: string, text: string): Verdict {
		const door = this.means.seal?.ofNode(node);
		if (!door?.services.has(DOOR)) return "stranger";
		if (this.known.get(signature) === text) return "good";
		if (!door.signed(text, signature)) return "altered";
		this.remember(signature, text);
		return "good";
	}

	private remember(signature: string, text: string): void {
		const [eldest] = this.known.keys();
		if (eldest !== undefined && this.known.size >= MOST_KNOWN) this.known.delete(eldest);
		this.known.set(signature, text);
	}
}

const mac = (key: KeyObject, text: string): string => createHmac("sha256", key).update(text).digest("base64url");
const isSame = (one: string, other: string): boolean =>
	one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
