/** Whose own something is: never what a field says, always who is signed in. */

import type { Client, Person } from "../contracts/people";
import type { Meta } from ".";
import { failure } from "./errors";

/** Whoever asked from outside. */
export type Caller = NonNullable<Meta["caller"]>;

/** @throws FORBIDDEN where a key asks, which is nobody's */
export function personOf({ caller }: Pick<Meta, "caller">): Person {
	if (caller?.person) return caller.person;
	throw failure("FORBIDDEN", "This is for people: sign in (POST /api/v1/auth/login), and send the access token.");
}

/** Where whoever asks is; of a call that no request from outside caused: nowhere. */
export const clientOf = ({ client }: Pick<Meta, "client">): Client =>
	client ?? { address: "", agent: "", device: null };
