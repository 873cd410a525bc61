/**
 * The panels behind old links: what is sent to them for a client, what their answer means, and whether they are well. A
 * lost connection is asked again on a fresh one; a panel rests only when nothing comes for many customers (L28).
 */

import { randomBytes } from "node:crypto";
import type { Settings } from "../../../cluster/settings";
import type { OpenWay, WayRequest } from "../../../connectors/http/way";
import type { WayOptions } from "../../../contracts/migration/migration";
import { type Admission, Breaker } from "../../../domain/migration/subscriptions/breaker";
import {
	isJson,
	type Meaning,
	meaningOf,
	redirectedAtHome,
	retryAfterOf,
	speaksOfAll,
	type Wanted
} from "../../../domain/migration/subscriptions/panel-answer";
import { errorOf, messageOf, textOf } from "../../../domain/unknown";
import type { Revealed } from "../../../mixins/revealed";
import type { Asker } from "./asker";
import { discard, type Held, hold } from "./held";
import { Turns } from "./turns";
import { type KeptWay, Ways } from "./ways";

/** Of the connections to a panel, the most that one customer's requests take. */
const MOST_OF_ONE = 16;
/** And those that wait for them. */
const MOST_WAITING = 128;
const CROWDED: Said = { kind: "unknown", why: "the same link is asked for too often at once" };

/**
 * Our name in `Via` (RFC 9110 §7.6.3): a request that has it already went in a circle. Nobody can guess it, so none of
 * another's proxies has it; each gateway adds its own to those before it, so that whichever is met twice finds it.
 */
const VIA = `banyan-${randomBytes(12).toString("hex")}`;
/** In characters: a request that went through more proxies than fit goes nowhere we know. */
const LONGEST_VIA = 4_000;

export const wentInACircle = ({ headers }: Asker): boolean => headers.via?.includes(VIA) ?? false;

/** What came of asking a panel. */
export type Said =
	| { readonly kind: "answer" | "refused"; readonly held: Held }
	| {
			readonly kind: "absent";
			/** In the panel's own words, not a proxy's. */
			readonly own: boolean;
	  }
	| {
			readonly kind: "unknown";
			readonly why: string;
			/** In seconds, where it said so. */
			readonly retryAfter?: number | undefined;
			/** It leads back to us. */
			readonly circle?: boolean;
	  };

export interface Question {
	readonly address: string;
	readonly way: WayOptions;
	/** The panel's own address. */
	readonly own: boolean;
	/** Whose link it is. */
	readonly customer: string;
	/** A panel's health is judged over many of them; made-up names of one network are one. */
	readonly judge: string;
	/** The whole body is needed before anything of it can be given on. */
	readonly whole: boolean;
	readonly wanted: Wanted;
}

interface Going extends Question {
	readonly by: KeptWay;
}

export class Upstream {
	private readonly ways: Ways;
	private readonly turns = new Turns(MOST_OF_ONE, MOST_WAITING);
	private readonly health = new Map<string, Breaker>();

	constructor(node: Pick<Settings, "environment" | "files" | "reach" | "contracts">, revealed: Revealed) {
		this.ways = new Ways(node, revealed);
	}

	/** Never throws: what a panel cannot say is `unknown`. */
	async ask(question: Question, asker: Asker): Promise<Said> {
		if (!URL.canParse(question.address)) return { kind: "unknown", why: "its address cannot be read" };
		const way = await this.wayTo(question);
		if (way instanceof Error) return { kind: "unknown", why: reasonOf(way) };
		const panel = `${new URL(question.address).origin} ${way.name}`;
		const work = async (): Promise<Said> => {
			if (asker.hasLeft()) return { kind: "unknown", why: "whoever asked has gone" };
			const breaker = this.breakerOf(panel);
			const admission = breaker.admit(performance.now());
			if (admission === "rest") return { kind: "unknown", why: "it rests, since nothing came for many customers" };
			return this.admitted({ ...question, by: way }, asker, breaker, admission);
		};
		return this.turns.take(`${panel}\n${question.customer}`, work, CROWDED);
	}

	close(): Promise<void> {
		return this.ways.close();
	}

	private async admitted(question: Going, asker: Asker, breaker: Breaker, admission: Admission): Promise<Said> {
		let failed = true;
		try {
			const held = await this.followed(question, asker);
			failed = speaksOfAll(held.status);
			return await this.said(held, question);
		} catch (error) {
			failed &&= !isOnesOwn(error);
			return { kind: "unknown", why: reasonOf(error) };
		} finally {
			breaker.told(question.judge, failed, admission, performance.now());
		}
	}

	private async said(held: Held, { wanted }: Question): Promise<Said> {
		const type = String(held.headers["content-type"] ?? "");
		const kind: Meaning = meaningOf({ status: held.status, type, opening: held.opening }, wanted);
		if (kind === "answer" || kind === "refused") return { kind, held };
		discard(held);
		if (kind === "absent") return { kind, own: isJson(type) };
		return {
			kind,
			why: `it answers ${held.status}${type && ` (${type.slice(0, 40)})`}`,
			retryAfter: retryAfterOf(oneOf(held.headers["retry-after"]), Date.now()),
			circle: held.status === LOOP && held.opening.includes('"LOOP"')
		};
	}

	/** As it is answered, or where a redirect leads that stays at home. */
	private async followed(question: Going, asker: Asker): Promise<Held> {
		const held = await this.once(question, asker);
		if (held.status < 300 || held.status > 399 || held.status === 304) return held;
		const next = redirectedAtHome(question.address, oneOf(held.headers.location));
		if (next === undefined) return held;
		discard(held);
		return this.once({ ...question, address: next }, asker);
	}

	private async once({ address, whole, by }: Going, asker: Asker): Promise<Held> {
		const { origin, pathname, search } = new URL(address);
		const asked: WayRequest = { origin, path: `${pathname}${search}`, method: "GET", headers: forwarded(asker) };
		try {
			return await hold(await by.pool.request(asked), whole);
		} catch (error) {
			if (!isLost(error)) throw error;
			return this.afresh(by.fresh(), asked, whole);
		}
	}

	/**
	 * A panel that fails at a record answers 500 and hangs up, unannounced: whoever is given that connection next loses
	 * their request. Another one of the pool may be as old, so this asks on one of its own.
	 */
	private async afresh(way: OpenWay, asked: WayRequest, whole: boolean): Promise<Held> {
		const end = (): void => void way.close().catch(() => undefined);
		try {
			const held = await hold(await way.request(asked), whole);
			if (held.rest) held.rest.once("close", end);
			else end();
			return held;
		} catch (error) {
			end();
			throw error;
		}
	}

	private async wayTo({ way, own }: Question): Promise<KeptWay | Error> {
		try {
			return await this.ways.to(way, own);
		} catch (error) {
			return errorOf(error);
		}
	}

	private breakerOf(panel: string): Breaker {
		let breaker = this.health.get(panel);
		if (!breaker) {
			breaker = new Breaker();
			this.health.set(panel, breaker);
		}
		return breaker;
	}
}

const LOOP = 508;
const oneOf = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

const codeOf = (error: unknown): string => textOf(error, "code") ?? "";

/** The connection was lost, before the answer or within it. */
const LOST: ReadonlySet<string> = new Set([
	"ECONNRESET",
	"EPIPE",
	"ECONNABORTED",
	"UND_ERR_SOCKET",
	"UND_ERR_RES_CONTENT_LENGTH_MISMATCH"
]);
const isLost = (error: unknown): boolean => LOST.has(codeOf(error));

/** There was somebody who took the question: what came of it may be this record's doing. */
const isOnesOwn = (error: unknown): boolean => isLost(error) || !/^(?:UND_ERR_|E[A-Z]+$)/.test(codeOf(error));

const reasonOf = (error: unknown): string => {
	const code = codeOf(error);
	// It ends in the middle of a sentence, and may be one itself.
	return `${messageOf(error).replace(/\.$/, "")}${code && ` (${code})`}`;
};

/** What the panel needs to choose a format and to answer "not modified". */
const PASSED = ["user-agent", "accept", "accept-language", "if-none-match", "if-modified-since"] as const;

function forwarded({ headers: given, client }: Asker): Record<string, string> {
	const before = given.via?.slice(-LONGEST_VIA);
	const headers: Record<string, string> = {
		via: `${before ? `${before}, ` : ""}1.1 ${VIA}`,
		"x-forwarded-for": client,
		// It is read here; what comes compressed all the same is undone.
		"accept-encoding": "identity"
	};
	for (const name of PASSED) {
		const value = given[name];
		if (value !== undefined) headers[name] = value;
	}
	return headers;
}
