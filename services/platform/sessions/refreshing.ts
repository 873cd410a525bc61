/** A refresh token is shown: rotated once, whoever shows it how often at which node; what was used before ends its session. */

import type { Collection } from "../../../adapters/collection";
import { reach } from "../../../adapters/failpoints";
import type { Announced } from "../../../cluster";
import type { Client } from "../../../contracts/people";
import { networkOf } from "../../../domain/client-address";
import { deviceOf } from "../../../domain/platform/sessions/devices";
import { type Rules, rotation, type Verdict } from "../../../domain/platform/sessions/rotation";
import { type Mac, type Refresh, readRefreshToken } from "../../../domain/platform/sessions/tokens";
import { changedEvent, settled } from "./kept";
import type { StoredSession } from "./record";

/** `unknown`: none of ours, or of a session that is no more. */
export type Outcome = Verdict<StoredSession> | { readonly is: "unknown" };

export interface Hears {
	/** Once a session, however often the token is shown. */
	reused(session: StoredSession): void;
	ended(session: string): void;
}

export class Refreshing {
	constructor(
		private readonly stored: Collection<StoredSession, Announced>,
		private readonly rules: Rules,
		private readonly mac: Mac,
		private readonly hears: Hears
	) {}

	/** A forged one costs no read. */
	async refresh(text: string, client: Pick<Client, "address" | "agent">): Promise<Outcome> {
		const shown = readRefreshToken(this.mac, text);
		return shown ? settled(() => this.decided(shown, client)) : { is: "unknown" };
	}

	private async decided(
		{ session: id, generation }: Refresh,
		{ agent, address }: Pick<Client, "address" | "agent">
	): Promise<Outcome> {
		const found = await this.stored.read(id);
		if (!found) return { is: "unknown" };
		const verdict = rotation(found.record, { generation, agent, now: Date.now() }, this.rules);
		if (verdict.is === "rotated")
			return this.rotated({ ...verdict.session, network: networkOf(address) }, found.version);
		if (verdict.is === "reused") await this.reused(found.record, found.version);
		return verdict;
	}

	private async rotated(session: StoredSession, expected: string): Promise<Outcome> {
		await this.stored.put(session, { expected });
		reach("rotated");
		return { is: "rotated", session };
	}

	/** @throws Conflict where somebody else decides about it now */
	private async reused(session: StoredSession, expected: string): Promise<void> {
		const { account, id } = session;
		const payload = { account, session: id, device: deviceOf(session.agent), at: Date.now() };
		const reused = { event: "sessions.reused", payload } as const;
		await this.stored.remove(id, { expected, events: [changedEvent(account, id), reused] });
		this.hears.ended(id);
		this.hears.reused(session);
	}
}
