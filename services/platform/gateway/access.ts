/** Who calls: the key of a request, asked of the access service and remembered for a moment. */

import type { Broker } from "../../../cluster";
import { failure } from "../../../cluster/errors";
import type { Scope } from "../../../contracts/contract";
import type { ApiKey } from "../../../contracts/platform/access";
import type { WebRequest } from "../../../mixins/web.mixin";
import { header, mayDo } from "./call";

/** A node that did not hear of a revoked key asks again after this, in ms. */
const REMEMBERED_MS = 2_000;
const MOST_REMEMBERED = 1_000;

export class Keys {
	private readonly known = new Map<string, { readonly key: ApiKey; readonly until: number }>();

	constructor(private readonly broker: Broker) {}

	/** The caller's key. @throws UNAUTHENTICATED · FORBIDDEN */
	async admit(req: WebRequest, scope: Scope | null): Promise<ApiKey> {
		const text = keyText(req);
		if (text === undefined)
			throw failure(
				"UNAUTHENTICATED",
				"Send an API key as X-API-Key; the first one is in the data folder, in api-key."
			);
		const key = await this.checked(text);
		if (!key) throw failure("UNAUTHENTICATED", "This API key is not known here, or was revoked.");
		if (scope !== null && !mayDo(key, scope))
			throw failure(
				"FORBIDDEN",
				`This needs the scope '${scope}'; the key '${key.name}' has ${key.scopes.join(", ")}.`
			);
		return key;
	}

	/** Does the request come with a good key? For what everybody may see, and some may see more of. */
	async isKnown(req: WebRequest): Promise<boolean> {
		const text = keyText(req);
		return text !== undefined && (await this.checked(text)) !== null;
	}

	forget(): void {
		this.known.clear();
	}

	private async checked(text: string): Promise<ApiKey | null> {
		const remembered = this.known.get(text);
		if (remembered && remembered.until > performance.now()) return remembered.key;
		const key = await this.broker.call("access.check", { key: text });
		if (this.known.size >= MOST_REMEMBERED) this.known.clear();
		// Only keys that are good: what others send is nobody's business to keep.
		if (key) this.known.set(text, { key, until: performance.now() + REMEMBERED_MS });
		else this.known.delete(text);
		return key;
	}
}

/** `X-API-Key`, or a bearer token. */
function keyText(req: WebRequest): string | undefined {
	const text = header(req, "x-api-key") ?? /^Bearer +(\S+)$/i.exec(header(req, "authorization") ?? "")?.[1];
	return text !== undefined && text.length <= 200 ? text : undefined;
}
