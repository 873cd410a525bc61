/**
 * Whose a key or a token is: asked of who knows, and remembered for a moment. What is not known to be good is counted as an
 * attempt before anybody is asked, so that it can be neither guessed at speed nor used to keep a service busy; what was good
 * goes on whoever else is behind its address.
 */

import { hash } from "node:crypto";
import type { Attempts } from "./attempts";

/** A gateway that did not hear of an end refuses what ended after this all the same, in ms. */
const REMEMBERED_MS = 750;
const MOST_REMEMBERED = 5_000;
/** What was good once: it is asked about as others are, and not counted among the attempts. */
const MOST_PROVEN = 10_000;

export interface Source<T> {
	/** Null: nobody's. */
	readonly ask: (text: string) => Promise<T | null>;
	/** What is longer is none. */
	readonly longest: number;
	/** The part that stays the same when a text is followed by another. @default all of it */
	readonly root?: (text: string) => string;
}

export class Remembered<T extends object> {
	private readonly known = new Map<string, { readonly value: T; readonly until: number }>();
	private readonly asked = new Map<string, Promise<T | null>>();
	/** By their digests. */
	private readonly proven = new Set<string>();
	/** Grows whenever something is forgotten: an answer to what was asked before is out of date. */
	private times = 0;

	constructor(
		private readonly source: Source<T>,
		private readonly attempts: Attempts
	) {}

	/** Where it is remembered. */
	get(text: string): T | undefined {
		const remembered = this.known.get(text);
		return remembered && remembered.until > performance.now() ? remembered.value : undefined;
	}

	/** Many requests with one text are one attempt while it is asked about. @throws THROTTLED */
	check(text: string, client: string): Promise<T | null> {
		const digest = hash("sha256", text, "base64url");
		const running = this.asked.get(digest);
		if (running !== undefined) return running;
		const asking = this.ask(text, client).finally(() => {
			if (this.asked.get(digest) === asking) this.asked.delete(digest);
		});
		this.asked.set(digest, asking);
		return asking;
	}

	/** Something is not what it was: also what is asked right now may be answered as it was before. @param isMeant @default all */
	forget(isMeant: (value: T) => boolean = () => true): void {
		this.times++;
		this.asked.clear();
		for (const [text, { value }] of this.known) if (isMeant(value)) this.known.delete(text);
	}

	private async ask(text: string, client: string): Promise<T | null> {
		const { source, times } = this;
		const name = hash("sha256", source.root?.(text) ?? text, "base64url");
		const attempts = this.proven.has(name) ? [] : await this.attempts.reserve(client);
		// From before it is asked: an answer may be slow, and out of date when it comes.
		const until = performance.now() + REMEMBERED_MS;
		// Of a service that is away nobody learns whether it was a guess.
		let wrong = false;
		try {
			const value = text.length > source.longest ? null : await source.ask(text);
			wrong = value === null;
			if (value === null) this.known.delete(text);
			else if (times === this.times) this.remember(text, value, until);
			this.prove(name, value !== null);
			return value;
		} finally {
			for (const attempt of attempts) attempt.settle(wrong);
		}
	}

	private remember(text: string, value: T, until: number): void {
		const { value: eldest } = this.known.keys().next();
		if (eldest !== undefined && this.known.size >= MOST_REMEMBERED) this.known.delete(eldest);
		// The youngest stands last.
		this.known.delete(text);
		this.known.set(text, { value, until });
	}

	/** Only what is good: what others send is nobody's business to keep. */
	private prove(name: string, isGood: boolean): void {
		if (!isGood) this.proven.delete(name);
		else {
			if (this.proven.size >= MOST_PROVEN) this.proven.clear();
			this.proven.add(name);
		}
	}
}
