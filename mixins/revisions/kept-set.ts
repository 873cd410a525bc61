/** One set of values: what is set now, as of any revision, and how it changes. */

import { type Collection, Duplicate } from "../../adapters/collection";
import { StoreBroken } from "../../adapters/errors";
import type { Announced } from "../../cluster";
import { failure } from "../../cluster/errors";
import { type JsonValue, parseJson } from "../../contracts/json";
import type { Revision, RevisionDifference, RevisionPage, RevisionSnapshot } from "../../contracts/revisions";
import { canonical, digest } from "../../domain/canonical";
import { differences } from "../../domain/platform/revisions/difference";
import { messageOf, propertyOf, textOf } from "../../domain/unknown";
import { behindCursor } from "../behind";
import { isRevision, type KeptRevision, type KeptText, revisionId, type Stored, shownOf, valueId } from "./records";

type RevisedEvent = Extract<Announced, { payload: { set: string; revision: number; hash: string } }>["event"];

/** What a service says of its sets. */
export interface Rules<T> {
	/** What is set while nothing was ever set. */
	readonly empty: T;
	/** Before it is kept, also of what is set again by a rollback. @param before what is set now @throws what whoever asks is told */
	readonly check: (value: T, before: T) => void;
	/** Told once a revision is kept. */
	readonly changed: RevisedEvent;
}

/** What is set as of a revision. */
export interface Revised<T> extends Revision {
	readonly value: T;
}

/** Who changes something, on which revision, and why: `told(ctx)` says it of a call. */
export interface Told {
	readonly expected: number;
	readonly reason: string;
	readonly author: string | null;
	/** Asked for under the same once more, it is the same revision. */
	readonly once: string | null;
}

export interface Change<T> extends Told {
	/** All that is to be set, from what is set. @throws where it cannot be: nothing is changed then */
	readonly decide: (value: T) => T;
	/** Kept with it, in the same transaction. */
	readonly beside?: readonly KeptText[];
}

/** So that it goes in one message of NATS, to each node. */
const MOST_BYTES = 768 * 1024;

export class KeptSet<T> {
	constructor(
		private readonly kept: Collection<Stored, Announced>,
		private readonly set: string,
		private readonly rules: Rules<T>
	) {}

	async current(): Promise<Revised<T>> {
		return this.revised(await this.newest());
	}

	/** For a node that follows. @param hash of what it has, which is not sent again */
	async snapshot({ hash }: { readonly hash?: string | undefined }): Promise<RevisionSnapshot> {
		const newest = await this.newest();
		return newest && newest.hash === hash ? shownOf(newest) : this.revised(newest);
	}

	/** @throws REVISION_NOT_FOUND */
	async at(revision: number): Promise<Revised<T>> {
		return this.revised(revision === 0 ? undefined : await this.mustBe(revision));
	}

	/** The newest first. @throws REQUEST_INVALID where `after` is none of this list */
	async history({
		limit,
		after
	}: {
		readonly limit: number;
		readonly after?: string | undefined;
	}): Promise<RevisionPage> {
		const options = { sort: "-number", limit, ...(after !== undefined && { after }) } as const;
		const { records, next } = await behindCursor(this.kept.find({ set: this.set }, options));
		return { items: records.filter(isRevision).map(shownOf), next };
	}

	/** @throws REVISION_NOT_FOUND */
	async diff(from: number, to: number): Promise<RevisionDifference[]> {
		const [before, after] = await Promise.all([this.at(from), this.at(to)]);
		return differences(before.value as JsonValue, after.value as JsonValue);
	}

	/** @throws REVISION_CONFLICT where another revision than the expected one is the newest */
	change(change: Change<T>): Promise<Revised<T>> {
		return this.made(change, this.rules.check);
	}

	/** A new revision: what is set is byte for byte what was set as of that one. @throws REVISION_CONFLICT · REVISION_NOT_FOUND */
	async rollback({ to, ...told }: Told & { readonly to: number }): Promise<Revised<T>> {
		const { value } = await this.at(to);
		return this.made({ ...told, decide: () => value }, (then, now) => this.mustFit(to, then, now));
	}

	private async made({ decide, beside = [], ...told }: Change<T>, check: Rules<T>["check"]): Promise<Revised<T>> {
		const newest = await this.newest();
		if ((newest?.number ?? 0) !== told.expected) return this.earlierOf(told);
		const before = (await this.revised(newest)).value;
		const value = decide(before);
		check(value, before);
		return this.keep(told, canonical(value as JsonValue), beside);
	}

	/** @throws REVISION_UNFIT where it is not accepted any more */
	private mustFit(revision: number, value: T, before: T): void {
		try {
			this.rules.check(value, before);
		} catch (error) {
			throw failure("REVISION_UNFIT", `Revision ${revision} of '${this.set}' cannot be set again: ${faultsIn(error)}`);
		}
	}

	private async keep(told: Told, text: string, beside: readonly KeptText[]): Promise<Revised<T>> {
		if (Buffer.byteLength(text) > MOST_BYTES) throw tooLarge(this.set, Buffer.byteLength(text));
		const value = parseJson(text);
		const made = this.next(told, digest(value));
		const { number: revision, hash } = made;
		const announced = { event: this.rules.changed, payload: { set: this.set, revision, hash } } as Announced;
		try {
			await this.kept.write(
				[{ insert: made }, { put: { id: valueId(this.set, hash), text } }, ...beside.map(put => ({ put }))],
				{ events: [announced] }
			);
		} catch (error) {
			if (error instanceof Duplicate) return this.earlierOf(told);
			throw error;
		}
		return { ...shownOf(made), value: value as T };
	}

	private next({ expected, author, reason, once }: Told, hash: string): KeptRevision {
		const number = expected + 1;
		const at = new Date().toISOString();
		return { id: revisionId(this.set, number), set: this.set, number, hash, at, author, reason, once };
	}

	/** The revision that this very change made, where whoever asked got no answer. @throws REVISION_CONFLICT */
	private async earlierOf({ expected, once, author }: Told): Promise<Revised<T>> {
		const made = await this.found(expected + 1);
		if (made && once !== null && made.once === once && made.author === author) return this.revised(made);
		const newest = (await this.newest())?.number ?? 0;
		throw failure(
			"REVISION_CONFLICT",
			`The newest revision of '${this.set}' is ${newest}, and not ${expected}: look at what was changed, and decide anew.`,
			{ revision: newest }
		);
	}

	private async newest(): Promise<KeptRevision | undefined> {
		const { records } = await this.kept.find({ set: this.set }, { sort: "-number", limit: 1 });
		return records.find(isRevision);
	}

	private async found(number: number): Promise<KeptRevision | undefined> {
		const stored = await this.kept.get(revisionId(this.set, number));
		return stored && isRevision(stored) ? stored : undefined;
	}

	private async mustBe(number: number): Promise<KeptRevision> {
		const found = await this.found(number);
		if (found) return found;
		const newest = (await this.newest())?.number ?? 0;
		throw failure("REVISION_NOT_FOUND", `'${this.set}' has no revision ${number}: the newest is ${newest}.`);
	}

	private async revised(made: KeptRevision | undefined): Promise<Revised<T>> {
		if (made) return { ...shownOf(made), value: await this.valueOf(made) };
		const { empty } = this.rules;
		return { revision: 0, hash: digest(empty as JsonValue), at: null, author: null, reason: null, value: empty };
	}

	/** @throws StoreBroken where it is not what was kept */
	private async valueOf({ hash, number }: KeptRevision): Promise<T> {
		const stored = await this.kept.get(valueId(this.set, hash));
		const value = stored?.text === undefined ? undefined : parseJson(stored.text);
		if (value !== undefined && digest(value) === hash) return value as T;
		throw new StoreBroken(this.set, `what was set as of revision ${number} is not there as it was kept`);
	}
}

/** Of fields, each with its name; of anything else its own words. */
function faultsIn(error: unknown): string {
	const faults = propertyOf(error, "data");
	if (!Array.isArray(faults)) return messageOf(error);
	return faults.map(fault => `${textOf(fault, "field")}: ${textOf(fault, "message")}`).join(" ");
}

const tooLarge = (set: string, bytes: number): Error =>
	failure("REVISION_TOO_LARGE", `All that is set in '${set}' would be ${bytes} bytes; ${MOST_BYTES} are the most.`);
