/**
 * Counts in a collection: an attempt is counted in all that it concerns, or in none. Nodes that count at once are told apart by
 * the versions of what they change; within one each waits for its turn, so that a hundred at once do not contend.
 */

import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Change, type Collection, Conflict, Duplicate, type Versioned } from "../../../adapters/collection";
import { InTurnOf } from "../../../domain/in-turn";
import { type Count, counted, goneAt, mustWait, NONE, type Rule, settled } from "../../../domain/platform/guesses";

export interface KeptCount extends Count {
	/** A digest under our secret: it tells nobody who is meant. */
	readonly id: string;
	/** When it may go, in ms since 1970. */
	readonly goneAt: number;
}

/** One of what an attempt is counted in. */
export interface Counted {
	readonly by: "device" | "subject" | "network" | "region";
	readonly id: string;
	readonly rule: Rule;
}

export type Reserved =
	| { readonly attempt: string; readonly made: number }
	| { readonly by: Counted["by"]; readonly waitMs: number };

/** So often it is tried while other nodes count in the same; then there is too much going on. */
const MOST_TRIES = 20;
const CONTENDED_MS = 50;
const AGAIN_MS = 1_000;

const isContended = (error: unknown): boolean => error instanceof Conflict || error instanceof Duplicate;

export class Counts {
	private readonly turns = new InTurnOf();

	constructor(
		private readonly kept: Collection<KeptCount>,
		/** In ms since 1970. */
		private readonly now: () => number
	) {}

	/** @param all in the same order for whoever counts in several of them, the widest first */
	reserve(all: readonly Counted[]): Promise<Reserved> {
		const attempt = randomBytes(9).toString("base64url");
		return this.inTurn(all, () => this.retried(() => this.reservedOnce(attempt, all), busy(all)));
	}

	/** @returns whether it was still open */
	async settle(attempt: string, wrong: boolean, rules: Readonly<Record<string, Rule>>): Promise<boolean> {
		const { nonce, all } = readAttempt(attempt, rules);
		const settle = () => this.retried(() => this.settledOnce(nonce, wrong, all), false);
		return this.inTurn(all, settle);
	}

	private inTurn<T>(all: readonly Pick<Counted, "id">[], work: () => Promise<T>): Promise<T> {
		return all.reduceRight(
			(next, { id }) =>
				() =>
					this.turns.next(id, next),
			work
		)();
	}

	private async retried<T>(work: () => Promise<T>, givenUp: T): Promise<T> {
		for (let tries = 1; tries <= MOST_TRIES; tries++) {
			try {
				return await work();
			} catch (error) {
				if (!isContended(error)) throw error;
				await sleep(Math.random() * CONTENDED_MS);
			}
		}
		return givenUp;
	}

	private async reservedOnce(nonce: string, all: readonly Counted[]): Promise<Reserved> {
		const now = this.now();
		const found = await Promise.all(all.map(async each => ({ ...each, known: await this.kept.read(each.id) })));
		for (const { by, rule, known } of found) {
			const waitMs = mustWait(known?.record ?? NONE, now, rule);
			if (waitMs > 0) return { by, waitMs };
		}
		await this.kept.write(
			found.map(({ id, rule, known }) => changeTo(id, counted(known?.record ?? NONE, nonce, now, rule), rule, known))
		);
		return { attempt: writtenAttempt(nonce, all), made: found.filter(({ known }) => !known).length };
	}

	private async settledOnce(
		nonce: string,
		wrong: boolean,
		all: readonly Pick<Counted, "id" | "rule">[]
	): Promise<boolean> {
		const changes: Change<KeptCount>[] = [];
		for (const { id, rule } of all) {
			const known = await this.kept.read(id);
			const count = known && settled(known.record, nonce, wrong);
			if (count) changes.push(changeTo(id, count, rule, known));
		}
		if (changes.length > 0) await this.kept.write(changes);
		return changes.length > 0;
	}
}

function changeTo(id: string, count: Count, rule: Rule, known: Versioned<KeptCount> | undefined): Change<KeptCount> {
	const record = { id, ...count, goneAt: goneAt(count, rule) };
	return known ? { put: record, expected: known.version } : { insert: record };
}

const busy = ([first]: readonly Counted[]): Reserved => ({ by: first?.by ?? "subject", waitMs: AGAIN_MS });

/** `<nonce>.<by>-<id>…`: what it is counted in goes with it. */
const writtenAttempt = (nonce: string, all: readonly Counted[]): string =>
	[nonce, ...all.map(({ by, id }) => `${by}-${id}`)].join(".");

function readAttempt(attempt: string, rules: Readonly<Record<string, Rule>>) {
	const [nonce = "", ...parts] = attempt.split(".");
	const all = parts.flatMap(part => {
		const at = part.indexOf("-");
		const rule = rules[part.slice(0, at)];
		return rule ? [{ id: part.slice(at + 1), rule }] : [];
	});
	return { nonce, all };
}
