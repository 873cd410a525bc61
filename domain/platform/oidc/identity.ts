/** Who somebody is to their issuer, and what becomes of them here. Pure. */

import { fieldsOf, textOf } from "../../unknown";

export interface Identity {
	readonly issuer: string;
	/** Their account there: never used twice, whatever their address is (OpenID Connect Core 1.0, 2). */
	readonly subject: string;
	/** Null: the issuer says none. */
	readonly email: string | null;
	/** The issuer vouches for it. */
	readonly verified: boolean;
	readonly name: string | null;
}

const LONGEST_NAME = 100;
const LONGEST_EMAIL = 254;

/** @param claims of the ID token, then those of the address of claims (UserInfo). An address counts with what was said beside it alone. */
export function identityOf(issuer: string, subject: string, ...claims: readonly unknown[]): Identity {
	const vouching = claims.map(fieldsOf).find(said => emailIn(said) !== null) ?? {};
	const names = claims.map(said => textOf(said, "name")?.trim().slice(0, LONGEST_NAME));
	return {
		issuer,
		subject,
		email: emailIn(vouching),
		// Some issuers write it as a text.
		verified: vouching.email_verified === true || vouching.email_verified === "true",
		name: names.find(name => name) ?? null
	};
}

const emailIn = (claims: unknown): string | null => {
	const email = textOf(claims, "email")?.trim() ?? "";
	return email === "" || email.length > LONGEST_EMAIL ? null : email;
};
