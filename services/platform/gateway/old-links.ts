/**
 * Old subscription links: the target answers for whoever was moved, the source for everybody else. A wrong key, an unknown
 * user and a removed one get the same 404; who guesses is slowed down, and nobody else behind his address is.
 */

import { createHash, timingSafeEqual } from "node:crypto";
import { RateLimiterMemory } from "rate-limiter-flexible";
import type { Broker } from "../../../cluster";
import { failure } from "../../../cluster/errors";
import type { Link } from "../../../contracts/migration/links";
import type { Ends } from "../../../contracts/migration/migration";
import type { LinkFormat, OldLinks, OldPath } from "../../../domain/migration/old-links";
import { networkOf } from "../../../domain/platform/client-address";
import type { WebRequest, WebResponse } from "../../../mixins/web.mixin";
import { callOf } from "./call";
import { type Answer, pass, queryOf, Upstream, wentInACircle } from "./upstream";

/** How long the addresses of the migrations are remembered, in ms; news of a migration makes it forget them. */
const ENDS_MS = 5_000;
/** A panel that could not be reached is left alone for this long, in ms. */
const REST_MS = 5_000;
/** Wrong links a minute from one network. */
const MISSES = 30;
const MISSES_SECONDS = 60;
/** Links that the source answered for lately: their owners are not among those who guess. */
const MOST_PROVEN = 100_000;

export type Served = "target" | "source" | "missing" | "throttled" | "unreachable";

export class OldLinkDoor {
	private readonly upstream = new Upstream();
	private readonly misses = new RateLimiterMemory({ points: MISSES, duration: MISSES_SECONDS });
	private readonly proven = new Set<string>();
	private readonly resting = new Map<string, number>();
	private known: { readonly ends: Promise<readonly Ends[]>; readonly until: number } | undefined;

	constructor(
		private readonly broker: Broker,
		private readonly mappings: readonly OldLinks[],
		private readonly served: (by: Served) => void
	) {}

	/** The link in a path, with what its mapping knows of formats. */
	read(path: string): { readonly old: OldPath; readonly format: LinkFormat | undefined } | undefined {
		for (const mapping of this.mappings) {
			const old = mapping.read(path);
			if (old) return { old, format: mapping.format(old.format) };
		}
		return undefined;
	}

	/** A migration went on: what was known of its ends may be out of date. */
	forget(): void {
		this.known = undefined;
	}

	async close(): Promise<void> {
		await this.upstream.close();
	}

	/** @throws NOT_FOUND · THROTTLED · UNAVAILABLE · LOOP */
	async answer(req: WebRequest, res: WebResponse, { old, format }: NonNullable<ReturnType<OldLinkDoor["read"]>>) {
		if (wentInACircle(req))
			throw failure("LOOP", "The panel's address in the definition leads back here: name the panel's own address.");
		const [links, all] = await Promise.all([this.broker.call("links.find", { username: old.username }), this.ends()]);
		const digest = digestOf(old.key);
		const link = links.find(each => same(each.keyDigest, digest) && isAtTarget(all, each));
		const ends = link && all.find(({ name }) => name === link.migration);
		if (link && ends) {
			const answer = format && (await this.fromTarget(link, ends, format, req));
			if (answer) return this.give(answer, "target", req, res, format.decode);
			// The target knows who is still a customer, but for those who are being put back.
			if (ends.phase !== "rolling-back") throw this.missing(req);
		}
		return this.fromSources(all, old, digest, req, res);
	}

	private async fromTarget(
		{ target }: Link,
		ends: Ends,
		{ suffix }: LinkFormat,
		req: WebRequest
	): Promise<Answer | undefined> {
		const addresses = targetAddresses(target, ends.target).map(address => withSuffix(address, suffix));
		const unreachable: unknown[] = [];
		for (const address of addresses) {
			try {
				const answer = await this.upstream.ask(address, req);
				if (answer.statusCode < 400) return answer;
				await answer.body.dump();
				if (answer.statusCode >= 500) unreachable.push(answer.statusCode);
			} catch (error) {
				this.broker.logger.warn(`The target does not answer for an old link: ${(error as Error).message}`);
				unreachable.push(error);
			}
		}
		if (unreachable.length < addresses.length) return undefined;
		throw this.unreachable();
	}

	/** Whoever is not moved is the source's, as long as there is one. */
	private async fromSources(
		all: readonly Ends[],
		old: OldPath,
		digest: Buffer,
		req: WebRequest,
		res: WebResponse
	): Promise<void> {
		const proof = `${old.username}\n${digest.toString("base64")}`;
		await this.refuseGuessers(req, this.proven.has(proof));
		let inDoubt = false;
		for (const { source, phase } of all) {
			const answer = source === null ? "missing" : await this.fromSource(source, old, req);
			if (typeof answer === "object") {
				this.prove(proof);
				return this.give(answer, "source", req, res);
			}
			// After the migration its source may be off: then the target alone counts.
			inDoubt ||= answer === "away" && phase !== "finished";
		}
		// Nobody knows whether the link is good while its panel is away; a client keeps what it has on a 503.
		throw inDoubt ? this.unreachable() : this.missing(req);
	}

	private async fromSource(source: string, old: OldPath, req: WebRequest): Promise<Answer | "missing" | "away"> {
		if ((this.resting.get(source) ?? 0) > performance.now()) return "away";
		try {
			const answer = await this.upstream.ask(`${source}${old.path}${queryOf(req)}`, req);
			if (answer.statusCode < 400) return answer;
			await answer.body.dump();
			return answer.statusCode >= 500 ? "away" : "missing";
		} catch (error) {
			this.broker.logger.warn(`The source at ${source} does not answer for an old link: ${(error as Error).message}`);
			this.resting.set(source, performance.now() + REST_MS);
			return "away";
		}
	}

	private give(answer: Answer, by: Served, req: WebRequest, res: WebResponse, decode?: boolean): Promise<void> {
		this.served(by);
		return pass(answer, req, res, decode);
	}

	private async refuseGuessers(req: WebRequest, proven: boolean): Promise<void> {
		if (proven) return;
		const spent = await this.misses.get(networkOf(callOf(req).client));
		if (!spent || spent.consumedPoints < MISSES) return;
		this.served("throttled");
		const seconds = Math.ceil(spent.msBeforeNext / 1000);
		throw failure("THROTTLED", `Too many wrong links came from your address: try again in ${seconds} s.`, {
			retryAfter: seconds
		});
	}

	private missing(req: WebRequest): Error {
		this.served("missing");
		this.misses.consume(networkOf(callOf(req).client)).catch(() => undefined);
		return failure("NOT_FOUND", "There is no such subscription.");
	}

	private unreachable(): Error {
		this.served("unreachable");
		return failure("UNAVAILABLE", "The panel does not answer now: try again in a moment.", { retryAfter: 10 });
	}

	private prove(proof: string): void {
		if (this.proven.size >= MOST_PROVEN) this.proven.clear();
		this.proven.add(proof);
	}

	private ends(): Promise<readonly Ends[]> {
		if (!this.known || this.known.until < performance.now()) {
			const ends = this.broker.call("migration.ends", {});
			this.known = { ends, until: performance.now() + ENDS_MS };
			ends.catch(() => this.forget());
		}
		return this.known.ends;
	}
}

const digestOf = (key: string): Buffer => createHash("sha256").update(key).digest();
const same = (kept: string, digest: Buffer): boolean => {
	const bytes = Buffer.from(kept, "hex");
	return bytes.length === digest.length && timingSafeEqual(bytes, digest);
};

const isAtTarget = (all: readonly Ends[], { migration }: Link): boolean =>
	all.some(({ name, phase }) => name === migration && phase !== "rolled-back");

/** At the panel's own address first: the public one may lead back to this gateway. */
function targetAddresses(link: string, panel: string | null): string[] {
	const known = URL.canParse(link) ? [link] : [];
	if (panel === null) return known;
	const own = new URL(URL.canParse(link) ? new URL(link).pathname : link, panel).href;
	return [...new Set([own, ...known])];
}

const withSuffix = (address: string, suffix: string): string =>
	suffix === "" ? address : `${address.replace(/\/+$/, "")}/${suffix}`;
