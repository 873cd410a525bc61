/** What is kept for those who hold a claim on it: so much at once, for so long, and each of it given once. */

import { Readable } from "node:stream";
import { type Claim, type ClaimPlace, isProof, newClaim } from "./claim";
import { FRAME_BYTES } from "./frames";

/** How long something waits to be fetched, in ms: whoever has the claim fetches it at once. */
export const KEPT_MS = 30_000;

export interface ShelfRules {
	readonly most: number;
	/** Of what is there in one piece. */
	readonly mostBytes: number;
	readonly keptMs?: number;
}

export interface Kept {
	readonly claim: Claim;
	readonly body: Readable;
}

interface Place {
	readonly claim: Claim;
	readonly content: Buffer | Readable;
	readonly bytes: number;
	/** Many nodes may fetch it, until it is too old. */
	readonly forMany: boolean;
	readonly timer: NodeJS.Timeout;
}

/** There is no room for it now. */
export class ShelfFull extends Error {
	override readonly name = "ShelfFull";
}

export class Shelf {
	private readonly places = new Map<string, Place>();
	private bytes = 0;

	constructor(
		private readonly where: ClaimPlace,
		private readonly rules: ShelfRules
	) {}

	/** @throws ShelfFull: then a stream is still its owner's */
	keep(content: Buffer | Readable, forMany = false): Claim {
		const bytes = content instanceof Readable ? 0 : content.length;
		if (this.places.size >= this.rules.most || this.bytes + bytes > this.rules.mostBytes)
			throw new ShelfFull("This node keeps as much for other nodes as it may.");
		const claim = newClaim(this.where);
		const timer = setTimeout(() => this.drop(claim.id), this.rules.keptMs ?? KEPT_MS).unref();
		// Where it breaks before it was fetched, whoever comes for it finds nothing.
		if (content instanceof Readable) content.on("error", () => undefined).once("close", () => this.forget(claim.id));
		this.places.set(claim.id, { claim, content, bytes, forMany, timer });
		this.bytes += bytes;
		return claim;
	}

	/** Undefined for whoever has no claim on it, and for a claim that was used or is too old. */
	take(id: string, proof: string): Kept | undefined {
		const place = this.places.get(id);
		if (!place || !isProof(place.claim, proof)) return undefined;
		if (!place.forMany) this.forget(id);
		const { claim, content } = place;
		return {
			claim,
			body: content instanceof Readable ? content : Readable.from(slices(content), { objectMode: false })
		};
	}

	/** Whoever needed it does no more, or cannot have it. */
	drop(id: string): void {
		const content = this.places.get(id)?.content;
		this.forget(id);
		if (content instanceof Readable) content.destroy(new Error("Nobody fetched it."));
	}

	close(): void {
		for (const id of [...this.places.keys()]) this.drop(id);
	}

	get size(): number {
		return this.places.size;
	}

	private forget(id: string): void {
		const place = this.places.get(id);
		if (!place) return;
		clearTimeout(place.timer);
		this.places.delete(id);
		this.bytes -= place.bytes;
	}
}

function* slices(content: Buffer): Generator<Buffer> {
	for (let at = 0; at < content.length; at += FRAME_BYTES) yield content.subarray(at, at + FRAME_BYTES);
}
