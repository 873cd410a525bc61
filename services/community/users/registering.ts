/** From an account to a profile to a letter: each step follows from a durable event, and done twice it is done once. */

import type { Broker } from "../../../cluster";
import { failure } from "../../../cluster/errors";
import type { Profile } from "../../../domain/community/users/records";
import { getOf, type People } from "./people";
import { madeProfile } from "./profiles";

/** Whoever signed in before their registration was heard here has one, too. @throws USER_NOT_FOUND */
export async function profileOf(people: People, broker: Broker, account: string): Promise<Profile> {
	const found = (await getOf(people, "profile", account)) ?? (await registeredProfile(people, broker, account));
	if (found) return found;
	throw failure("USER_NOT_FOUND", "There is no such account any more.");
}

/** Undefined where there is no such account any more. */
export async function registeredProfile(
	people: People,
	broker: Broker,
	id: string,
	adopted = false
): Promise<Profile | undefined> {
	const account = await broker.call("auth.account", { id });
	return account ? madeProfile(people, id, account.name ?? "", adopted) : undefined;
}

/**
 * The letter to whoever has registered, taken over once, by its id. Nothing that they wrote themselves is in it: whoever
 * registers with the address of another one sends them no words of their own.
 */
export async function welcome(broker: Broker, people: People, id: string): Promise<void> {
	const [account, profile] = [await broker.call("auth.account", { id }), await getOf(people, "profile", id)];
	if (!account || !profile) return;
	const { email } = account;
	const fields = { email, handle: profile.handle };
	await broker.call("mail.send", { id: `welcome ${id}`, to: email, account: id, template: "welcome", fields });
}
