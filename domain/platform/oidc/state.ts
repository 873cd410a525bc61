/** What goes with a login to its issuer and comes back (`state`): who may end it, where, and until when. Pure. */

import { isFields } from "../../unknown";

/** Sealed, so that nobody reads or makes one but us. */
export interface LoginState {
	/** Names this login alone: its nonce and verifier are derived of it, and it is used once by it. */
	readonly id: string;
	readonly provider: string;
	/** A digest of what the browser was given that began it. */
	readonly browser: string;
	/** Whose account is to be linked; null: somebody signs in. */
	readonly account: string | null;
	readonly endsAt: number;
}

/** RFC 9700 leaves it to us: as long as a slow second factor at the issuer takes. */
export const LOGIN_MS = 600_000;

/** Undefined of what is none. */
export function readState(text: string): LoginState | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return isFields(value) ? (value as unknown as LoginState) : undefined;
	} catch {
		return undefined;
	}
}

/** What is asked with a state. */
interface Asked {
	readonly provider: string;
	readonly browser: string | null;
	readonly nowMs: number;
}

/** Why a login cannot be ended with this state, as a sentence; undefined where it can. */
export function stateFault(state: LoginState | undefined, { provider, browser, nowMs }: Asked): string | undefined {
	if (state === undefined) return "The state that came back is none of this server's.";
	if (nowMs >= state.endsAt) return "The login was begun more than ten minutes ago.";
	if (state.provider !== provider) return "The login was begun with another provider than the one that answered.";
	if (browser === null) return "The browser has no cookie of a login: it was begun in another one, or cookies are off.";
	return state.browser === browser ? undefined : "The login was begun in another browser.";
}
