/** Uses of passkeys: begun with what a browser asks for, and proved by what it answers, once. */

import { failure } from "../../../cluster/errors";
import type { Asserted, Attested } from "../../../contracts/platform/passkey-forms";
import type { PasskeyBegun } from "../../../contracts/platform/passkeys";
import { goesBack } from "../../../domain/platform/factors/client-data";
import type { Derive } from "../../../domain/platform/factors/flow";
import type { RelyingParty } from "../../../domain/platform/factors/relying-party";
import { type About, begin, goOn, type Opened, type Purpose } from "./flows";
import type { Changed, KeptPasskey, KeptPasskeys, Owned } from "./kept-passkeys";
import { idOf } from "./kept-passkeys";
import { assertedBy, attestedBy, type Credential, creationOptions, Refused, requestOptions } from "./webauthn";

/** What both are made with. */
interface Means {
	readonly kept: KeptPasskeys;
	readonly derive: Derive;
	/** @throws PASSKEYS_UNFIT */
	readonly party: () => RelyingParty;
}

export class Using {
	constructor(private readonly means: Means) {}

	/** @param of whose passkeys are asked for; else of whoever has one */
	async asks(purpose: Purpose, about: About, of?: string): Promise<PasskeyBegun> {
		const { kept, derive, party } = this.means;
		const { token, challenge } = begin(derive, purpose, about);
		return begunAs(token, await requestOptions(party(), challenge, of === undefined ? [] : await kept.of(of)));
	}

	/** @param rpName as devices show it · @param label as they show the account */
	async asksForOne(account: string, session: string, rpName: string, label: string): Promise<PasskeyBegun> {
		const { kept, derive, party } = this.means;
		const { token, challenge } = begin(derive, "register", { account, within: session });
		const owner = { handle: this.handleOf(account), label };
		return begunAs(token, await creationOptions(party(), rpName, challenge, owner, await kept.of(account)));
	}

	/** @throws PASSKEY_FLOW_INVALID where it is none, or somebody else's */
	begun(purpose: Purpose, token: string, account: string | null = null, within: string | null = null): Opened {
		const begun = goOn(this.means.derive, purpose, token);
		if (begun?.flow.account !== account || begun.flow.within !== within) throw over();
		return begun;
	}

	/** @throws PASSKEY_REFUSED */
	made({ challenge }: Opened, response: Attested): Promise<Credential> {
		return refusing(attestedBy(this.means.party(), challenge, response));
	}

	/** Whose passkey it is, once it was used. @param account whose it must be @throws PASSKEY_REFUSED · PASSKEY_FLOW_INVALID */
	async proved({ flow, challenge }: Opened, response: Asserted, account?: string): Promise<Owned> {
		const { kept, party } = this.means;
		const found = await kept.named(idOf(response.id));
		if (!found || (account ?? found.account) !== found.account || !this.isHandleOf(found.account, response))
			throw refused("it is not known here");
		const used = await refusing(assertedBy(party(), challenge, response, found.passkey));
		if (!(await kept.use(found.passkey.id, flow, passkey => usedAt(passkey, used)))) throw over();
		return found;
	}

	/** What an authenticator keeps of an account: told to others, it says nothing (WebAuthn §14.6.1). */
	private handleOf(account: string): string {
		return this.means.derive(`passkey owner ${account}`);
	}

	private isHandleOf(account: string, { response: { userHandle } }: Asserted): boolean {
		return [undefined, null, "", this.handleOf(account)].includes(userHandle);
	}
}

/** The highest count stays: whatever has a lower one is told of each time. */
function usedAt(passkey: KeptPasskey, { counter, synced }: Pick<Credential, "counter" | "synced">): Changed {
	const now = { ...passkey, synced, lastUsedAt: new Date().toISOString() };
	return goesBack(passkey.counter, counter) ? { passkey: now, note: "counter-back" } : { passkey: { ...now, counter } };
}

const begunAs = (flow: string, options: object): PasskeyBegun => ({
	flow,
	options: options as PasskeyBegun["options"]
});

export const refused = (why: string): Error => failure("PASSKEY_REFUSED", `The passkey was not accepted: ${why}.`);
export const over = (): Error =>
	failure("PASSKEY_FLOW_INVALID", "It is over, was used, or is somebody else's: ask for options anew.");

/** @throws PASSKEY_REFUSED */
async function refusing<T>(work: Promise<T>): Promise<T> {
	try {
		return await work;
	} catch (error) {
		throw error instanceof Refused ? refused(error.message) : error;
	}
}
