/** The requests that make a user, one a step. Each answers with the row that was written: nothing is read back. */

import type { TargetRecord } from "../../contracts/migration/records";
import { ConnectorError, type Term } from "../connector";
import { isObject, type Wire, type WireObject } from "../http/json";
import { type Session, segment } from "../http/session";
import { noSuch, type Owners } from "./owners";
import { userRecord } from "./records";
import type { Step } from "./steps";
import { unlessStopped } from "./stopped";
import type { UserRows } from "./user-rows";

/** What a write has met on its way. */
export interface Met {
	/** What stood there before its first request; `unseen`: not even looked at. */
	start: TargetRecord | undefined | "unseen";
	/** A create of its own took effect, or may have. */
	made: boolean;
}

const pathOf = (name: string): string => `/api/user/${segment(name)}`;

export class UserCalls {
	readonly #session: Session;
	readonly #owners: Owners;
	readonly #rows: UserRows | undefined;

	constructor(session: Session, owners: Owners, rows?: UserRows) {
		this.#session = session;
		this.#owners = owners;
		this.#rows = rows;
	}

	/** The user as they then stand; undefined: they must be looked at. */
	async send(name: string, step: Step, term: Term | undefined, met?: Met): Promise<TargetRecord | undefined> {
		if (step.kind === "done") return undefined;
		if (step.kind === "carry") {
			unlessStopped(term);
			await this.#rows?.carry(step.present, step.change);
			return (await this.#rows?.complete([{ name, data: step.present }]))?.[0];
		}
		if (step.kind === "disown") {
			unlessStopped(term);
			await this.#rows?.disown(step.present);
			return (await this.#rows?.complete([{ name, data: { ...step.present, admin: null } }]))?.[0];
		}
		const record = this.#asUser(name, await this.#ask(name, step, term, met));
		return record && this.#rows ? await this.#rows.require(record) : record;
	}

	/** Nobody who is half made may connect. */
	async shut(name: string, term: Term | undefined): Promise<TargetRecord | undefined> {
		return this.#asUser(name, await this.#session.write("PUT", pathOf(name), { status: "disabled" }, term));
	}

	/** Undefined where the answer is not of that user: then they are looked at. */
	#asUser(name: string, answer: Wire): TargetRecord | undefined {
		const isHis = isObject(answer) && answer.username === name;
		return isHis ? userRecord(answer, this.#session.caps) : undefined;
	}

	/** Answers 500 for one who has no owner, and removes them. */
	async remove(name: string, term: Term | undefined): Promise<void> {
		await this.#session.write("DELETE", pathOf(name), undefined, term);
	}

	#ask(
		name: string,
		step: Exclude<Step, { kind: "done" | "carry" | "disown" }>,
		term: Term | undefined,
		met: Met | undefined
	): Promise<Wire> {
		if (step.kind === "create") return this.#create(step.body, term, met);
		if (step.kind === "own") return this.#own(name, step.admin, term);
		return this.#session.write("PUT", pathOf(name), step.body, term);
	}

	async #create(body: WireObject, term: Term | undefined, met: Met | undefined): Promise<Wire> {
		try {
			const answer = await this.#session.write("POST", "/api/user", body, term);
			if (met) met.made = true;
			return answer;
		} catch (error) {
			// A name that is taken is answered with 409: whatever stands there after a crash came of this.
			if (met && error instanceof ConnectorError && error.details.ambiguous) met.made = true;
			throw error;
		}
	}

	async #own(name: string, admin: string, term: Term | undefined): Promise<Wire> {
		try {
			const query = new URLSearchParams({ admin_username: admin });
			return await this.#session.write("PUT", `${pathOf(name)}/set-owner?${query}`, undefined, term);
		} catch (error) {
			if (!(error instanceof ConnectorError) || error.details.fields?.detail !== "Admin not found") throw error;
			this.#owners.forget();
			throw new ConnectorError("refused", noSuch(name, admin), error.details);
		}
	}
}
