/** What becomes of somebody whom an issuer vouches for: their account, a new one, or a link with the one that they have. */

import { randomBytes } from "node:crypto";
import type { Broker } from "../../../cluster";
import { failure } from "../../../cluster/errors";
import type { Identity } from "../../../domain/platform/oidc/identity";
import type { Provider } from "../../../domain/platform/oidc/providers";
import { type Link, type Logins, linkId, type Pending } from "./logins";

const REQUEST_BYTES = 16;

export class Comings {
	constructor(
		private readonly call: Broker["call"],
		private readonly logins: Logins,
		private readonly provider: Provider,
		private readonly identity: Identity
	) {}

	/** Whose session it is to be. @throws OIDC_NOT_LINKED, OIDC_EMAIL_UNVERIFIED, ACCOUNT_EXISTS_LINK_FIRST */
	async account(): Promise<string> {
		const there = (await this.logins.link(this.identity)) ?? (await this.pending());
		if (there.kind === "pending") return this.admitted(there);
		await this.logins.replace(there, { ...there, email: this.identity.email, lastUsedAt: now() });
		return there.account;
	}

	/** It is there before the account: whatever ends this in between, the next login goes on with the same. */
	private async pending(): Promise<Link | Pending> {
		if (!isVouchedFor(this.identity) || !this.provider.createAccounts) throw unlinked(this.provider, this.identity);
		const request = randomBytes(REQUEST_BYTES).toString("hex");
		const pending: Pending = { id: linkId(this.identity), kind: "pending", request };
		if (await this.logins.insert(pending)) return pending;
		return (await this.logins.link(this.identity)) ?? this.pending();
	}

	/** @throws ACCOUNT_EXISTS_LINK_FIRST where another account has the address */
	private async admitted(pending: Pending): Promise<string> {
		const { identity, provider } = this;
		if (!isVouchedFor(identity)) throw unlinked(provider, identity);
		const { email, name } = identity;
		const given = { id: pending.request, email, verified: true, ...(name !== null && { name }) };
		const { account, reason } = await this.call("auth.adopt", { ...ORIGIN, source: provider.name, account: given });
		if (account === null) {
			await this.logins.drop(pending);
			throw reason === "email-taken" ? exists(provider) : unlinked(provider, { ...identity, verified: false });
		}
		if (await this.logins.replace(pending, { ...this.linkTo(account), lastUsedAt: now() })) return account;
		// Somebody came by it at once, or linked it with an account that was there.
		return this.account();
	}

	/** Links it with the account of whoever began. @throws OIDC_LINK_TAKEN, FORBIDDEN */
	async link(account: string): Promise<Link> {
		const owner = await this.call("auth.account", { id: account });
		if (owner?.state !== "active")
			throw failure("FORBIDDEN", "The account that was to be linked is disabled, or is there no more.");
		const made = this.linkTo(account);
		if (await this.logins.insert(made)) return made;
		const there = await this.logins.link(this.identity);
		if (there?.kind === "link") {
			if (there.account === account) return there;
			if (await this.call("auth.account", { id: there.account })) throw taken(this.provider);
		}
		// Its account was never made, or is erased.
		if (there) await this.logins.drop(there);
		return this.link(account);
	}

	private linkTo(account: string): Link {
		const { issuer, subject, email } = this.identity;
		const { name } = this.provider;
		const kind = "link" as const;
		return {
			id: linkId(this.identity),
			kind,
			account,
			provider: name,
			issuer,
			subject,
			email,
			createdAt: now(),
			lastUsedAt: null
		};
	}
}

/** Accounts that are made here come from an issuer, as others do from a system before. */
const ORIGIN = { migration: "oidc" } as const;
const now = (): string => new Date().toISOString();

const isVouchedFor = (identity: Identity): identity is Identity & { readonly email: string } =>
	identity.verified && identity.email !== null;

/** The same whether an account has the address or not: nobody proved that it is theirs. */
function unlinked({ title, name, createAccounts }: Provider, { email }: Identity): Error {
	const first = createAccounts
		? `${title} ${email === null ? "tells no" : "does not vouch for the"} e-mail address. `
		: "";
	return failure(
		createAccounts ? "OIDC_EMAIL_UNVERIFIED" : "OIDC_NOT_LINKED",
		`${first}No account here is linked with this one of ${title}: sign in here in another way, then link it: POST /api/v1/auth/oidc/${name}/link.`
	);
}

const exists = ({ title, name }: Provider): Error =>
	failure(
		"ACCOUNT_EXISTS_LINK_FIRST",
		`An account here has the address that ${title} vouches for. Sign in to it as before, then link ${title} with it: POST /api/v1/auth/oidc/${name}/link.`
	);

const taken = ({ title }: Provider): Error =>
	failure(
		"OIDC_LINK_TAKEN",
		`That account of ${title} is linked with another one here: sign in by it and take the link away there, or choose another one.`
	);
