/** Logins that were begun. Nothing is kept of one before it is ended: all of it goes with it and comes back, sealed. */

import { createHash, randomBytes } from "node:crypto";
import type { Sealer } from "../../../adapters/secrets/sealer";
import { failure } from "../../../cluster/errors";
import { LOGIN_MS, type LoginState, readState, stateFault } from "../../../domain/platform/oidc/state";
import type { Proofs } from "./issuers";

/** What the browser is given that begins one, as a cookie; it keeps it for the next, so that several may be under way. */
const FLOW = /^[\w-]{43}$/;
const [FLOW_BYTES, ID_BYTES] = [32, 16];
const PLACE = "state of a login by another issuer";
/** What is sealed begins so; it says nothing in an address. */
const SEALED = "sealed:";

const digestOf = (text: string): string => createHash("sha256").update(text).digest("base64url");

export class Begun {
	constructor(private readonly secrets: () => Sealer) {}

	/** @param flow what the browser has from a login before */
	begin(provider: string, account: string | null, flow: string | undefined): { flow: string; proofs: Proofs } {
		const own = flow !== undefined && FLOW.test(flow) ? flow : randomBytes(FLOW_BYTES).toString("base64url");
		const id = randomBytes(ID_BYTES).toString("base64url");
		const state: LoginState = { id, provider, browser: digestOf(own), account, endsAt: Date.now() + LOGIN_MS };
		return { flow: own, proofs: this.proofsOf(state, this.sealed(state)) };
	}

	/** @throws OIDC_STATE_INVALID where it was not begun here, by this browser, for this provider, or is over */
	opened(text: string, provider: string, flow: string | undefined): { state: LoginState; proofs: Proofs } {
		const state = this.read(text);
		const browser = flow === undefined ? null : digestOf(flow);
		const fault = stateFault(state, { provider, browser, nowMs: Date.now() });
		if (state === undefined || fault !== undefined) throw stateFailure(fault ?? "");
		return { state, proofs: this.proofsOf(state, text) };
	}

	private sealed(state: LoginState): string {
		return this.secrets().seal(JSON.stringify(state), PLACE).slice(SEALED.length);
	}

	private read(text: string): LoginState | undefined {
		try {
			return readState(this.secrets().open(SEALED + text, PLACE));
		} catch {
			return undefined;
		}
	}

	private proofsOf({ id }: LoginState, state: string): Proofs {
		const [nonce, verifier] = ["nonce", "verifier"].map(of => this.secrets().derive(`OIDC ${of} ${id}`)) as [
			string,
			string
		];
		return { state, nonce, verifier };
	}
}

export const stateFailure = (why: string): Error =>
	failure("OIDC_STATE_INVALID", `${why} Begin the login again: POST /api/v1/auth/oidc/:provider/begin.`);
