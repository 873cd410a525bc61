/**
 * Old subscription links: the target answers for whoever was moved, the source for everybody else. A wrong key, an unknown
 * user and a removed one get the same 404; who guesses is slowed down, and nobody else behind his address is.
 */

import { createHash, timingSafeEqual } from "node:crypto";
import { pipeline } from "node:stream/promises";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { Agent, type Dispatcher } from "undici";
import type { Broker } from "../../../cluster";
import { failure } from "../../../cluster/errors";
import type { Link } from "../../../contracts/migration/links";
import type { Ends } from "../../../contracts/migration/migration";
import type { LinkFormat, OldLinks, OldPath } from "../../../domain/migration/old-links";
import { networkOf } from "../../../domain/platform/client-address";
import type { WebRequest, WebResponse } from "../../../mixins/web.mixin";
import { callOf, header } from "./call";

/** How long the addresses of the migrations are remembered, in ms; news of a migration makes it forget them. */
const ENDS_MS = 5_000;
/** A panel that could not be reached is left alone for this long, in ms. */
const REST_MS = 5_000;
const PANEL_TIMEOUT_MS = 15_000;
/** Wrong links a minute from one network. */
const MISSES = 30;
const MISSES_SECONDS = 60;
/** Links that the source answered for lately: their owners are not among those who guess. */
const MOST_PROVEN = 100_000;
/** The largest body that is decoded here, in bytes. */
const MOST_DECODED = 4 * 2 ** 20;
/** Our name in `Via` (RFC 9110 §7.6.3): a request that has it already went in a circle. */
const VIA = "banyan";

export type Served = "target" | "source" | "missing" | "throttled" | "unreachable";

type Answer = Dispatcher.ResponseData;

export class OldLinkDoor {
	private readonly agent = new Agent({
		connections: 64,
		connect: { timeout: 3_000 },
		headersTimeout: PANEL_TIMEOUT_MS,
		bodyTimeout: PANEL_TIMEOUT_MS
	});
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
		await this.agent.destroy();
	}

	/** @throws NOT_FOUND · THROTTLED · UNAVAILABLE · LOOP */
	async answer(req: WebRequest, res: WebResponse, { old, format }: NonNullable<ReturnType<OldLinkDoor["read"]>>) {
		if (header(req, "via")?.toLowerCase().includes(VIA))
			throw failure("LOOP", "The panel's address in the definition leads back here: name the panel's own address.");
		const [links, all] = await Promise.all([this.broker.call("links.find", { username: old.username }), this.ends()]);
		const digest = digestOf(old.key);
		const link = links.find(each => same(each.keyDigest, digest) && isAtTarget(all, each));
		const ends = link && all.find(({ name }) => name === link.migration);
		if (link && ends) {
			const answer = format && (await this.fromTarget(link, ends, format, req));
			if (answer) return this.pass(answer, "target", req, res, format.decode);
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
				const answer = await this.ask(address, req);
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
				return this.pass(answer, "source", req, res);
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
			const answer = await this.ask(`${source}${old.path}${queryOf(req)}`, req);
			if (answer.statusCode < 400) return answer;
			await answer.body.dump();
			return answer.statusCode >= 500 ? "away" : "missing";
		} catch (error) {
			this.broker.logger.warn(`The source at ${source} does not answer for an old link: ${(error as Error).message}`);
			this.resting.set(source, performance.now() + REST_MS);
			return "away";
		}
	}

	private async ask(address: string, req: WebRequest): Promise<Answer> {
		const { origin, pathname, search } = new URL(address);
		return this.agent.request({ origin, path: `${pathname}${search}`, method: "GET", headers: forwarded(req) });
	}

	private async pass(answer: Answer, by: Served, req: WebRequest, res: WebResponse, decode?: boolean): Promise<void> {
		this.served(by);
		const headers = endToEnd(answer.headers);
		// The panel names the address that it was asked at, which is ours.
		if (headers[PAGE] !== undefined) headers[PAGE] = addressOf(req);
		res.removeHeader("Content-Security-Policy");
		if (decode) {
			const text = Buffer.from(await smallBody(answer), "base64");
			res.writeHead(answer.statusCode, {
				...headers,
				"content-type": "text/plain; charset=utf-8",
				"content-length": text.length
			});
			return void res.end(req.method === "HEAD" ? undefined : text);
		}
		res.writeHead(answer.statusCode, headers);
		if (req.method === "HEAD") {
			await answer.body.dump();
			return void res.end();
		}
		// The client that hangs up ends the panel's answer too, and the other way round.
		await pipeline(answer.body, res).catch(() => undefined);
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

/** Where clients find the subscription's own page. */
const PAGE = "profile-web-page-url";

/** The address as the client asked for it. */
const addressOf = (req: WebRequest): string =>
	`${callOf(req).scheme}://${header(req, "host") ?? ""}${req.originalUrl ?? req.url ?? "/"}`;

const queryOf = ({ originalUrl, url }: Pick<WebRequest, "originalUrl" | "url">): string => {
	const target = originalUrl ?? url ?? "";
	const at = target.indexOf("?");
	return at < 0 ? "" : target.slice(at);
};

/** What the panel needs to choose a format and to answer "not modified". */
const PASSED = ["user-agent", "accept", "accept-language", "if-none-match", "if-modified-since"] as const;

function forwarded(req: WebRequest): Record<string, string> {
	const headers: Record<string, string> = { via: `1.1 ${VIA}`, "x-forwarded-for": callOf(req).client };
	for (const name of PASSED) {
		const value = header(req, name);
		if (value !== undefined) headers[name] = value;
	}
	return headers;
}

/** Of one connection, not of the answer (RFC 9110 §7.6.1); cookies and the panel's name are nobody's business. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
	"connection",
	"keep-alive",
	"proxy-authenticate",
	"proxy-authorization",
	"proxy-connection",
	"te",
	"trailer",
	"transfer-encoding",
	"upgrade",
	"set-cookie",
	"server",
	"date"
]);

function endToEnd(headers: Answer["headers"]): Record<string, string | string[]> {
	const named = new Set(
		String(headers.connection ?? "")
			.toLowerCase()
			.split(",")
			.map(name => name.trim())
	);
	return Object.fromEntries(
		Object.entries(headers).flatMap(([name, value]) =>
			value === undefined || HOP_BY_HOP.has(name) || named.has(name) ? [] : [[name, value]]
		)
	);
}

async function smallBody({ body }: Answer): Promise<string> {
	let text = "";
	for await (const chunk of body) {
		text += (chunk as Buffer).toString("latin1");
		if (text.length > MOST_DECODED) throw failure("UNAVAILABLE", "The panel's answer is too large.");
	}
	return text;
}
