/** Erasures: asked for here, done by auth, which tells all services; each reports. */

import { timingSafeEqual } from "node:crypto";
import type { ServiceBroker } from "moleculer";
import type { Sealer } from "../../../adapters/secrets/sealer";
import type { Broker } from "../../../cluster";
import type { NewErasure, ShownErasure } from "../../../contracts/community/shapes";
import { users } from "../../../contracts/community/users";
import { reportOf } from "../../../domain/community/users/erasure";
import type { Erasure } from "../../../domain/community/users/records";
import * as erasures from "./erasures";
import type { Follows } from "./follows";
import { KEEPERS, present } from "./keepers";
import type { People } from "./people";
import { forget } from "./personal";

export interface Means {
	readonly people: People;
	readonly broker: Broker;
	readonly secrets: Sealer;
	readonly follows: Follows;
	readonly graceS: number;
	readonly reportDays: number;
	readonly warn: (sentence: string, error: unknown) => void;
}

const REQUEST_LENGTH = 22;

export class Erasing {
	constructor(private readonly means: Means) {}

	async planned(account: string): Promise<NewErasure> {
		const { people, graceS } = this.means;
		const request = this.requestOf(account);
		const report = await erasures.planned(people, request, account, graceS);
		const now = graceS === 0 ? await this.begun(report) : report;
		return { ...this.shown(now), token: this.tokenOf(request) };
	}

	/** Where auth does not answer now, it is asked again. */
	async begun({ request, account }: Erasure): Promise<Erasure> {
		const { people, warn } = this.means;
		const report = await erasures.begun(people, request);
		try {
			if (account !== null) await this.done(account, request);
		} catch (error) {
			warn("An erasure waits", error);
		}
		return report;
	}

	/** Whoever is erased hears of it at the address that is forgotten then: the letter is nobody's. */
	private async done(account: string, request: string): Promise<void> {
		const { broker } = this.means;
		const found = await broker.call("auth.account", { id: account });
		// It went by another request, which all have heard of; what came here after that goes now.
		if (!found) return this.forgotten(account, request);
		const { email } = found;
		const letter = { id: `erased ${request}`, to: email, template: "account-erased", fields: { email } } as const;
		await broker.call("mail.send", letter);
		await broker.call("auth.erase", { account, request });
	}

	/** All are told: what is kept here is forgotten, and that is said. */
	async forgotten(account: string, request: string): Promise<void> {
		const { people, follows, reportDays } = this.means;
		await erasures.told(people, request, account, reportDays);
		const count = await forget(people, follows, account);
		await erasures.noted(people, { request, service: users.name, count, kept: [] });
	}

	async takenBack(account: string): Promise<ShownErasure> {
		return this.shown(await erasures.takenBack(this.means.people, this.requestOf(account)));
	}

	async report(request: string): Promise<ShownErasure> {
		return this.shown(await erasures.mustReport(this.means.people, request));
	}

	/** @throws ERASURE_NOT_FOUND alike where there is none, and where the token is another one's */
	reportFor(request: string, token: string): Promise<ShownErasure> {
		const [own, given] = [Buffer.from(this.tokenOf(request)), Buffer.from(token)];
		if (own.length !== given.length || !timingSafeEqual(own, given)) throw erasures.noSuch();
		return this.report(request);
	}

	/** One of a person, however often it is asked for. */
	private requestOf(account: string): string {
		return this.means.secrets.derive(`erasure of ${account}`).slice(0, REQUEST_LENGTH);
	}

	private tokenOf(request: string): string {
		return this.means.secrets.derive(`report of erasure ${request}`);
	}

	private shown(report: Erasure): ShownErasure {
		// The typed broker is Moleculer's own, but for what it calls.
		return reportOf(report, { all: KEEPERS, there: present(this.means.broker as Pick<ServiceBroker, "registry">) });
	}
}
