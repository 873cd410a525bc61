/** What an issuer sent, as an address; and what a browser is answered. */

import { publicUrlOf } from "../../../cluster/public-url";
import { settingsFor } from "../../../cluster/settings";
import type { Entered } from "../../../contracts/people";
import { oidc } from "../../../contracts/platform/oidc";
import type { OidcLink } from "../../../contracts/platform/oidc-forms";

/** What came, field by field; one that is not said was not sent. */
export interface Answer {
	readonly code?: string;
	readonly state?: string;
	readonly iss?: string;
	readonly error?: string;
	readonly error_description?: string;
}
const FIELDS = ["code", "state", "iss", "error", "error_description"] as const;

/** As the browser came with it. */
export function addressOf(redirectUri: string, answer: Answer): URL {
	const url = new URL(redirectUri);
	for (const field of FIELDS) if (answer[field] !== undefined) url.searchParams.set(field, answer[field]);
	return url;
}

/** What came of a login: a session, a challenge, or a link. */
export interface Outcome extends Entered {
	readonly linked: OidcLink | null;
}

/**
 * The page that the operator named, with what came of it behind `#`: that is in no log and no `Referer`. It never says who
 * signed in, nor a token of a session.
 */
export function returnAddress(broker: object, provider: string, { second, linked }: Outcome): string {
	const { returnUrl } = settingsFor(broker, oidc);
	const url = new URL(returnUrl, publicUrlOf(broker));
	if (linked) url.hash = new URLSearchParams({ linked: provider }).toString();
	if (second)
		url.hash = new URLSearchParams({ challenge: second.challenge, methods: second.methods.join(",") }).toString();
	return url.href;
}
