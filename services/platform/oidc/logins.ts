/** What this service keeps: which account of an issuer belongs to which of ours, and which logins were ended. */

import { createHash } from "node:crypto";
import { type Collection, Conflict, Duplicate, type Shape } from "../../../adapters/collection";
import type { Announced } from "../../../cluster";
import type { OidcLink } from "../../../contracts/platform/oidc-forms";
import type { Identity } from "../../../domain/platform/oidc/identity";
import type { LoginState } from "../../../domain/platform/oidc/state";

export interface Link extends OidcLink {
	readonly kind: "link";
	readonly account: string;
	readonly subject: string;
	readonly endsAt?: undefined;
}
/**
 * The account of a link is being made, under this name: whoever comes by it goes on with that. Of a person nothing is kept in
 * it, since nobody could say yet whose it is.
 */
export interface Pending {
	readonly id: string;
	readonly kind: "pending";
	readonly request: string;
	readonly account?: undefined;
	readonly endsAt?: undefined;
}
/** A login that was ended: its state is used. */
interface Ended {
	readonly id: string;
	readonly kind: "ended";
	readonly endsAt: number;
	readonly account?: undefined;
}
export type Login = Link | Pending | Ended;
export const INDEXES: NonNullable<Shape<Login>["indexes"]> = ["account", ["kind", "endsAt"]];

const ID_LENGTH = 32;
/** One of an issuer's accounts has one link, by its key. */
export const linkId = ({ issuer, subject }: Pick<Identity, "issuer" | "subject">): string =>
	createHash("sha256")
		.update(JSON.stringify([issuer, subject]))
		.digest("hex")
		.slice(0, ID_LENGTH);

export const shownLink = ({ id, provider, issuer, email, createdAt, lastUsedAt }: Link): OidcLink => ({
	id,
	provider,
	issuer,
	email,
	createdAt,
	lastUsedAt
});

/** Ended logins that are forgotten at once with a new one. */
const FORGOTTEN_AT_ONCE = 20;

export class Logins {
	constructor(private readonly kept: () => Collection<Login, Announced>) {}

	/** Uses a state; false where it was used before, by whichever node. Those that are over are forgotten. */
	async end({ id, endsAt }: LoginState, nowMs: number): Promise<boolean> {
		const over = await this.kept().find(
			{ kind: "ended", endsAt: { $lt: nowMs } },
			{ sort: "endsAt", limit: FORGOTTEN_AT_ONCE }
		);
		try {
			await this.kept().write([{ insert: { id: endedId(id), kind: "ended", endsAt } }, ...over.records.map(removal)]);
			return true;
		} catch (error) {
			if (error instanceof Duplicate) return false;
			throw error;
		}
	}

	/** It was not: its issuer did not answer. */
	async reopen({ id }: LoginState): Promise<void> {
		await this.kept().remove(endedId(id));
	}

	async link(identity: Pick<Identity, "issuer" | "subject">): Promise<Link | Pending | undefined> {
		const found = await this.kept().get(linkId(identity));
		return found?.kind === "ended" ? undefined : found;
	}

	/** False where that account of the issuer has a link meanwhile. */
	async insert(link: Link | Pending): Promise<boolean> {
		const events = link.kind === "link" ? [noted(link, "linked")] : [];
		try {
			await this.kept().insert(link, { events });
			return true;
		} catch (error) {
			if (error instanceof Duplicate) return false;
			throw error;
		}
	}

	/** As it is from now on; false where it is another one meanwhile, or was taken away. */
	async replace(before: Link | Pending, next: Link): Promise<boolean> {
		const there = await this.kept().read(before.id);
		if (!there || !isSame(there.record, before)) return false;
		return this.unlessChanged(this.kept().put(next, { expected: there.version }));
	}

	async drop(before: Link | Pending): Promise<void> {
		const there = await this.kept().read(before.id);
		if (there && isSame(there.record, before))
			await this.unlessChanged(this.kept().remove(before.id, { expected: there.version }));
	}

	private async unlessChanged(change: Promise<unknown>): Promise<boolean> {
		try {
			await change;
			return true;
		} catch (error) {
			if (error instanceof Conflict) return false;
			throw error;
		}
	}

	async of(account: string): Promise<Link[]> {
		const links: Link[] = [];
		for await (const each of this.kept().each({ account })) if (each.kind === "link") links.push(each);
		return links;
	}

	/**
	 * Takes one away as long as the others are as they were: of two that are taken away at once one is left.
	 * @returns false where that changed meanwhile
	 */
	async unlink(link: Link, others: readonly Link[]): Promise<boolean> {
		const rest = await Promise.all(others.map(({ id }) => this.kept().read(id)));
		const stays = rest.flatMap(each => (each ? [{ put: each.record, expected: each.version }] : []));
		if (stays.length < others.length) return false;
		return this.unlessChanged(
			this.kept().write([{ remove: link.id }, ...stays], { events: [noted(link, "unlinked")] })
		);
	}

	/** Answers how many there were. */
	async forget(account: string): Promise<number> {
		const links = await this.of(account);
		if (links.length > 0) await this.kept().write(links.map(removal));
		return links.length;
	}
}

/** Is it still about the same account, or the same one that is being made? */
const isSame = (there: Login, before: Link | Pending): boolean =>
	there.kind === "link"
		? before.kind === "link" && before.account === there.account
		: there.kind === "pending" && before.kind === "pending" && before.request === there.request;

const noted = ({ account, provider }: Link, done: "linked" | "unlinked"): Announced => ({
	event: "oidc.noted",
	payload: { account, what: `${done} ${provider}`, at: new Date().toISOString() }
});

const endedId = (id: string): string => `ended ${id}`;
const removal = ({ id }: { readonly id: string }) => ({ remove: id });
