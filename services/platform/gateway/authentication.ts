/**
 * Who calls: the key of a request, asked of the access service and remembered for a moment. Attempts with keys that are not
 * known to be good are counted by the client's network before anybody is asked, so that they can be neither guessed at speed
 * nor used to keep the service busy; a key that was good goes on whoever else is behind its address.
 */

import { hash } from "node:crypto";
import type { Broker } from "../../../cluster";
import { codeOf, failure } from "../../../cluster/errors";
import { ClusterThrottle } from "../../../cluster/redis";
import { settingsFor } from "../../../cluster/settings";
import type { ApiKey } from "../../../contracts/platform/access";
import { gateway } from "../../../contracts/platform/gateway";
import { networkOf, regionOf } from "../../../domain/client-address";
import type { Attempt } from "../../../domain/throttle";
import type { WebRequest } from "../../../mixins/web.mixin";
import { callOf, header, mayDo } from "./call";

/** A gateway that did not hear of a revoked key refuses it after this all the same, in ms. */
const REMEMBERED_MS = 750;
const MOST_REMEMBERED = 1_000;
/** Keys that were good once: they are asked about as others are, and not counted among the attempts. */
const MOST_PROVEN = 10_000;
const ATTEMPTS_MS = 60_000;
/** As many times as one network may. */
const REGIONS = 10;
/** A key has 47; what is longer is none. */
const LONGEST = 200;

export class Keys {
	private readonly known = new Map<string, { readonly key: ApiKey; readonly until: number }>();
	private readonly asked = new Map<string, Promise<ApiKey | null>>();
	/** By their digests. */
	private readonly proven = new Set<string>();
	private readonly attempts: ClusterThrottle;
	/** Of all networks of one provider's customer. */
	private readonly ofRegions: ClusterThrottle;

	constructor(private readonly broker: Broker) {
		const { wrongKeys } = settingsFor(broker, gateway);
		const windowMs = ATTEMPTS_MS;
		this.attempts = new ClusterThrottle(broker, { name: "keys", most: wrongKeys, windowMs });
		this.ofRegions = new ClusterThrottle(broker, { name: "keys of regions", most: wrongKeys * REGIONS, windowMs });
	}

	/** The caller's key, at once where it is remembered. @throws UNAUTHENTICATED · FORBIDDEN · THROTTLED */
	admit(req: WebRequest, scope: string | null): ApiKey | Promise<ApiKey> {
		const text = keyText(req);
		if (text === undefined)
			throw failure(
				"UNAUTHENTICATED",
				"Send an API key as X-API-Key; the first one is in the data folder, in api-key."
			);
		const key = this.remembered(text);
		return key ? allowed(key, scope) : this.checked(text, callOf(req).client).then(checked => allowed(checked, scope));
	}

	/**
	 * Does the request come with a good key? For what everybody may see, and some may see more of: also while nobody can say
	 * whether it is one. @throws THROTTLED
	 */
	async isKnown(req: WebRequest): Promise<boolean> {
		const text = keyText(req);
		if (text === undefined) return false;
		try {
			return (this.remembered(text) ?? (await this.checked(text, callOf(req).client))) !== null;
		} catch (error) {
			if (codeOf(error) === "THROTTLED") throw error;
			return false;
		}
	}

	forget(): void {
		this.known.clear();
	}

	private remembered(text: string): ApiKey | undefined {
		const remembered = this.known.get(text);
		return remembered && remembered.until > performance.now() ? remembered.key : undefined;
	}

	/** Many requests with one key are one attempt while it is asked about. */
	private checked(text: string, client: string): Promise<ApiKey | null> {
		const digest = hash("sha256", text, "base64url");
		const running = this.asked.get(digest);
		if (running !== undefined) return running;
		const asking = this.ask(text, digest, client).finally(() => this.asked.delete(digest));
		this.asked.set(digest, asking);
		return asking;
	}

	private async ask(text: string, digest: string, client: string): Promise<ApiKey | null> {
		const attempts = this.proven.has(digest) ? [] : await this.reserve(client);
		// Of a service that is away nobody learns whether it was a guess.
		let wrong = false;
		try {
			const key = text.length > LONGEST ? null : await this.broker.call("access.check", { key: text });
			wrong = key === null;
			if (key) this.remember(text, digest, key);
			else this.forgetOne(text, digest);
			return key;
		} finally {
			for (const attempt of attempts) attempt.settle(wrong);
		}
	}

	/** Of the network, and of its region. @throws THROTTLED */
	private async reserve(client: string): Promise<readonly Attempt[]> {
		const region = regionOf(client);
		const ofRegion = region === undefined ? [] : [await this.ofRegions.attempt(region)];
		const network = ofRegion.every(may) ? [await this.attempts.attempt(networkOf(client))] : [];
		const attempts = [...ofRegion, ...network];
		const refused = attempts.find(attempt => !may(attempt));
		if (!refused) return attempts;
		for (const attempt of attempts) attempt.settle(false);
		const seconds = Math.ceil(refused.waitMs / 1000);
		throw failure("THROTTLED", `Too many wrong keys came from your address: try again in ${seconds} s.`, {
			retryAfter: seconds
		});
	}

	private remember(text: string, digest: string, key: ApiKey): void {
		if (this.known.size >= MOST_REMEMBERED) this.known.clear();
		this.known.set(text, { key, until: performance.now() + REMEMBERED_MS });
		if (this.proven.size >= MOST_PROVEN) this.proven.clear();
		this.proven.add(digest);
	}

	/** Only keys that are good: what others send is nobody's business to keep. */
	private forgetOne(text: string, digest: string): void {
		this.known.delete(text);
		this.proven.delete(digest);
	}
}

const may = ({ waitMs }: Attempt): boolean => waitMs === 0;

function allowed(key: ApiKey | null, scope: string | null): ApiKey {
	if (!key) throw failure("UNAUTHENTICATED", "This API key is not known here, or was revoked.");
	if (scope === null || mayDo(key, scope)) return key;
	throw failure("FORBIDDEN", `This needs the scope '${scope}'; the key '${key.name}' has ${key.scopes.join(", ")}.`);
}

/** `X-API-Key`, or a bearer token. */
function keyText(req: WebRequest): string | undefined {
	const text = header(req, "x-api-key") ?? /^Bearer +(\S+)$/i.exec(header(req, "authorization") ?? "")?.[1];
	return text === "" ? undefined : text;
}
