/** The accounts of the collection, and what was asked for and is done behind the answer: changed by compare-and-set alone. */

import { createHash } from "node:crypto";
import { type Collection, Conflict, Duplicate, type Versioned } from "../../../adapters/collection";
import type { Announced, Broker } from "../../../cluster";
import { failure } from "../../../cluster/errors";
import type { StoredAccount } from "../../../domain/platform/accounts/account";
import type { Asked } from "../../../domain/platform/accounts/asked";

/** Whose deadline goes with what is called. */
export type Calls = Pick<Broker, "call">;

/** One collection is a service's own: both kinds are in it. */
export type Row = StoredAccount | Asked;
export const SHAPE = {
	unique: ["email", "origin"],
	indexes: ["createdAt", ["kind", "createdAt"], ["state", "createdAt"], ["came", "cameAt"], ["came", "lastLoginAt"]]
} as const;
export type Rows = Collection<Row, Announced>;

/** Of many who change one account at once each tries so often. */
const MOST_TRIES = 20;

export const digestOf = (text: string): string => createHash("sha256").update(text).digest("base64url");

/** Where something is to be changed; undefined: nothing is. */
type Next = (account: StoredAccount) => StoredAccount | undefined;
/** What goes with a change. */
export interface With {
	readonly events?: readonly Announced[];
	/** Letters that tell of it. */
	readonly tell?: readonly Asked[];
}

/** By whom it is ordered, without saying who that is. */
const subjectOf = ({ to, account }: Asked): string => digestOf(account ?? to).slice(0, 22);
export const announced = (asked: Asked) =>
	({ event: "auth.asked", payload: { id: asked.id, subject: subjectOf(asked) } }) as const;

export class Accounts {
	constructor(readonly rows: Rows) {}

	async get(id: string): Promise<StoredAccount | undefined> {
		return accountIn(await this.rows.get(id));
	}

	/** With its version. */
	async read(id: string): Promise<Versioned<StoredAccount> | undefined> {
		const found = await this.rows.read(id);
		const record = accountIn(found?.record);
		return found && record ? { record, version: found.version } : undefined;
	}

	/** @throws ACCOUNT_NOT_FOUND where nobody proved that the address is theirs, either */
	async there(id: string): Promise<StoredAccount> {
		const found = await this.get(id);
		if (found?.kind === "account") return found;
		throw failure("ACCOUNT_NOT_FOUND", `There is no account '${id}'.`);
	}

	async byEmail(email: string): Promise<StoredAccount | undefined> {
		const { records } = await this.rows.find({ email }, { limit: 1 });
		return accountIn(records[0]);
	}

	async byOrigin(origin: string): Promise<StoredAccount | undefined> {
		const { records } = await this.rows.find({ origin }, { limit: 1 });
		return accountIn(records[0]);
	}

	/** As it is afterwards; undefined where it is not there or nothing was to be changed. @throws Duplicate */
	async change(id: string, next: Next, { events = [], tell = [] }: With = {}): Promise<StoredAccount | undefined> {
		for (let tries = 1; ; tries++) {
			const found = await this.read(id);
			const changed = found && next(found.record);
			if (!changed) return undefined;
			const letters = tell.map(insert => ({ insert }));
			try {
				await this.rows.write([{ put: changed, expected: found.version }, ...letters], {
					events: [...events, ...tell.map(announced)]
				});
				return changed;
			} catch (error) {
				if (!(error instanceof Conflict) || tries === MOST_TRIES) throw error;
			}
		}
	}

	/** False where the id, the address or the origin is another's. */
	async insert(account: StoredAccount, { events = [], tell = [] }: With = {}): Promise<boolean> {
		const all = [...events, ...tell.map(announced)];
		try {
			await this.rows.write([{ insert: account }, ...tell.map(insert => ({ insert }))], { events: all });
			return true;
		} catch (error) {
			if (error instanceof Duplicate) return false;
			throw error;
		}
	}
}

export const accountIn = (row: Row | undefined): StoredAccount | undefined =>
	row === undefined || row.kind === "asked" ? undefined : row;
