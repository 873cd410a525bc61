/** Who may see what the gateway measures and checks, where that is not for everybody: by whoever has a scope, or the token of those who watch. */

import { showsToken } from "../../../adapters/metrics/token";
import type { Broker } from "../../../cluster";
import { settingsOf } from "../../../cluster/settings";
import type { WebRequest } from "../../../mixins/web.mixin";
import type { Authentication } from "./authentication";

export class Watchers {
	constructor(
		private readonly broker: Broker,
		private readonly callers: Authentication,
		private readonly keyed: boolean
	) {}

	/** @throws UNAUTHENTICATED · THROTTLED */
	async admit(req: WebRequest): Promise<void> {
		if (this.keyed && !this.isShown(req)) await this.callers.admit(req);
	}

	/** Does it come of a caller who has a scope? @throws THROTTLED */
	async isKnown(req: WebRequest): Promise<boolean> {
		return !this.isShown(req) && (await this.callers.isKnown(req));
	}

	/** The token is no key: it is not counted as a wrong one. */
	private isShown(req: WebRequest): boolean {
		const { metricsToken } = settingsOf(this.broker);
		return metricsToken != null && showsToken(metricsToken, req.headers.authorization);
	}
}
