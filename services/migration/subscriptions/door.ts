/**
 * Old subscription links: the target answers for whoever was moved, the source for everybody else. A wrong key, an unknown
 * user and a removed one get the same 404; who guesses is slowed down, and nobody else behind the same address is. A
 * panel that cannot say whether a link is good makes it 503, on which clients keep what they have (L29).
 */

import { timingSafeEqual } from "node:crypto";
import type { Broker } from "../../../cluster";
import { failure } from "../../../cluster/errors";
import { settingsFor } from "../../../cluster/settings";
import type { Link } from "../../../contracts/migration/links";
import type { Ends } from "../../../contracts/migration/migration";
import { subscriptions } from "../../../contracts/migration/subscriptions";
import type { RawAnswer } from "../../../contracts/raw";
import { atBase, LINK_HOSTS, linkAddresses } from "../../../domain/migration/link-addresses";
import { type Holder, holdersOf, type LinkSource, linkSourcesOf } from "../../../domain/migration/link-holders";
import type { LinkFormat, OldLinks } from "../../../domain/migration/old-links";
import { GUESS_RULES, type Refused } from "../../../domain/migration/subscriptions/guesses";
import { Proofs } from "../../../domain/migration/subscriptions/proofs";
import { Seldom } from "../../../domain/seldom";
import { messageOf } from "../../../domain/unknown";
import { answerOf } from "./answer";
import { type Asked, askedOf } from "./asked";
import type { Asker } from "./asker";
import { Asking, isGiven, type Unknown } from "./asking";
import { Guessing } from "./guessing";
import type { Held } from "./held";
import { type Known, KnownEnds } from "./known-ends";
import { Questions } from "./questions";
import { type Said, wentInACircle } from "./upstream";

/** How long a customer waits for services of ours, in ms: for a database that elects, no app waits. */
const OWN_MS = 5_000;
/** Links that a source answered for lately, of all and of one network. */
const MOST_PROVEN = 100_000;
const MOST_PROVEN_OF_ONE = 10_000;
/** Of a user name that a proof remembers, in characters. */
const LONGEST_NAME = 256;
/** When a client may ask again, in seconds, where the panel does not say, and where too many ask at once. */
const RETRY_SECONDS = 10;
const BUSY_SECONDS = 3;

export type Served = "target" | "source" | "missing" | "throttled" | "unreachable";

/** What is known of the migrations may be out of date: nobody's no is believed. */
const UNSURE = { kind: "unknown", why: "it cannot be told now how the migrations stand" } as const satisfies Unknown;

const ABSENT = { kind: "absent", own: false } as const satisfies Said;

export class Door {
	private readonly asking: Asking;
	private readonly warned = new Seldom(1_000);
	/** By panel: what is wrong at one says nothing of another, and one's trouble opens no door to the next. */
	private readonly guesses = new Map<string, Guessing>();
	private readonly proven = new Proofs(MOST_PROVEN, MOST_PROVEN_OF_ONE);
	private readonly rules: typeof GUESS_RULES;
	private readonly ends: KnownEnds;

	constructor(
		private readonly broker: Broker,
		private readonly mappings: readonly OldLinks[],
		private readonly served: (by: Served) => void
	) {
		this.asking = new Asking(broker);
		this.ends = new KnownEnds(() => broker.call("migration.ends", {}, { timeout: OWN_MS }));
		const { linkGuesses: points, linkQuestions: ofAll } = settingsFor(broker, subscriptions);
		this.rules = { ...GUESS_RULES, points, ofAll };
	}

	/** A migration went on: what was known of its ends may be out of date. */
	forget(): void {
		this.ends.forget();
	}

	async close(): Promise<void> {
		await this.asking.close();
	}

	/** @throws NOT_FOUND · THROTTLED · UNAVAILABLE · LOOP */
	async answer(asker: Asker): Promise<RawAnswer> {
		if (wentInACircle(asker))
			throw failure("LOOP", "The panel's address in the definition leads back here: name the panel's own address.");
		const asked = askedOf(asker, this.mappings);
		if (!asked) throw failure("NOT_FOUND", "There is nothing at this address.");
		const [links, { all, isSure }] = await this.whereTo(asked);
		const holders = holdersOf(
			links.filter(each => same(each.keyDigest, asked.digest)),
			all
		);
		const doubts: Unknown[] = isSure ? [] : [UNSURE];
		const held = await this.fromHolders(holders, asked, doubts);
		if (held) return this.give(held, "target", asked);
		const kept = await this.fromSources(linkSourcesOf(all), asked, holders.length > 0, doubts);
		return this.give(kept, "source", asked);
	}

	/** The links of that name, and where they may lead. @throws UNAVAILABLE */
	private async whereTo({ old }: Asked): Promise<readonly [readonly Link[], Known]> {
		try {
			const find = this.broker.call("links.find", { username: old.username }, { timeout: OWN_MS });
			return await Promise.all([find, this.ends.now()]);
		} catch (error) {
			// Neither does a service of ours that is away make a link a wrong one.
			const message = messageOf(error);
			if (this.warned.isDue(message, performance.now()))
				this.broker.logger.warn(`Nobody knows whose an old link is: ${message}`);
			throw this.unreachable(
				[],
				"This server is not whole now, and cannot tell whose link this is: try again in a moment."
			);
		}
	}

	/** Undefined where the source may know better. @throws NOT_FOUND · UNAVAILABLE */
	private async fromHolders(holders: readonly Holder[], asked: Asked, doubts: Unknown[]): Promise<Held | undefined> {
		const final = holders[0]?.final ?? false;
		for (const { link, ends } of holders) {
			const said = asked.format ? await this.fromTarget(link, ends, asked, asked.format) : ABSENT;
			if (isGiven(said)) return said.held;
			if (said.kind === "unknown") doubts.push(said);
			// The target knows who is still a customer.
			else if (final && doubts.length === 0) throw this.missing();
		}
		if (final) throw this.unreachable(doubts);
		return undefined;
	}

	private async fromTarget({ target }: Link, ends: Ends, asked: Asked, format: LinkFormat): Promise<Said> {
		const { suffix, decode = false } = format;
		const hosts = String(ends.ways.target[LINK_HOSTS] ?? "");
		const addresses = linkAddresses(target, ends.target, { suffix, query: asked.query, hosts });
		return this.asking.ask(addresses, { side: "target", way: ends.ways.target, decode, ...asked });
	}

	/**
	 * Whoever is not moved is the source's, as long as there is one.
	 * @param known the key is right, so whoever has it does not guess
	 * @throws NOT_FOUND · THROTTLED · OVERLOADED · UNAVAILABLE
	 */
	private async fromSources(
		sources: readonly LinkSource[],
		asked: Asked,
		known: boolean,
		doubts: Unknown[]
	): Promise<Held> {
		const isKnown = known || this.proven.has(asked.question.customer);
		const origin = isKnown ? undefined : asked.asker.origin;
		const questions = new Questions(origin);
		const judged = origin ? { ...asked, question: { ...asked.question, judge: origin.network } } : asked;
		try {
			const held = await this.firstOf(sources, judged, questions, doubts);
			if (held) return held;
			// Nobody knows whether the link is good while its panel is away; a client keeps what it has on a 503.
			if (doubts.length > 0) throw this.unreachable(doubts);
			if (questions.refused) throw this.refusal(questions.refused);
			this.proven.drop(asked.question.customer);
			questions.wrong();
			throw this.missing();
		} finally {
			questions.settle();
		}
	}

	private async firstOf(
		sources: readonly LinkSource[],
		asked: Asked,
		questions: Questions,
		doubts: Unknown[]
	): Promise<Held | undefined> {
		for (const source of sources) {
			const said = await questions.at(this.guessesAt(source), () => this.fromSource(source, asked));
			if (said && isGiven(said)) return said.held;
			if (said?.kind === "unknown" && source.matters) doubts.push(said);
			// Too many at one are too many.
			if (questions.refused?.kind === "busy") break;
		}
		return undefined;
	}

	private guessesAt({ address }: LinkSource): Guessing {
		const panel = address ?? "";
		let guesses = this.guesses.get(panel);
		if (!guesses) {
			guesses = new Guessing(this.broker, this.rules, panel);
			this.guesses.set(panel, guesses);
		}
		return guesses;
	}

	private async fromSource({ address: panel, way }: LinkSource, asked: Asked): Promise<Said> {
		const { old, query, question } = asked;
		const path = query === "" ? old.path : `${old.path}?${query}`;
		const addresses = panel === null ? [] : atBase(panel, path).map(address => ({ address, own: true }));
		const said = await this.asking.ask(addresses, { side: "source", way, decode: false, ...asked });
		// A page for a browser may be anybody's, and so may a "not modified".
		const isProof = said.kind === "answer" && said.held.status < 300 && !question.wanted.page;
		if (isProof && old.username.length <= LONGEST_NAME) this.proven.add(question.customer, asked.asker.origin.network);
		return said;
	}

	private give(held: Held, by: Served, { asker, format, question }: Asked): RawAnswer {
		this.served(by);
		const decode = by === "target" && (format?.decode ?? false);
		return answerOf(held, asker, { decode, page: question.wanted.page });
	}

	private refusal(refused: Refused): Error {
		this.served("throttled");
		if (refused.kind === "busy")
			return failure("OVERLOADED", "Too many links are asked for at once: try again in a moment.", {
				retryAfter: BUSY_SECONDS
			});
		const seconds = Math.ceil(refused.waitMs / 1000);
		return failure("THROTTLED", `Too many wrong links came from your address: try again in ${seconds} s.`, {
			retryAfter: seconds
		});
	}

	private missing(): Error {
		this.served("missing");
		return failure("NOT_FOUND", "There is no such subscription.");
	}

	private unreachable(
		doubts: readonly Unknown[],
		detail = "The panel does not answer now: try again in a moment."
	): Error {
		this.served("unreachable");
		const waits = doubts.flatMap(({ retryAfter }) => retryAfter ?? []);
		const retryAfter = waits.length > 0 ? Math.min(...waits) : RETRY_SECONDS;
		return failure("UNAVAILABLE", detail, { retryAfter });
	}
}

const same = (kept: string, digest: Buffer): boolean => {
	const bytes = Buffer.from(kept, "hex");
	return bytes.length === digest.length && timingSafeEqual(bytes, digest);
};
