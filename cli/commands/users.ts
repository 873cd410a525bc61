/** Accounts of people, as whoever runs a server sees to them. */

import { SCOPES } from "../../contracts/cluster";
import type { Account } from "../../contracts/people";
import { shown } from "../../domain/text/visible";
import type { Client } from "../client";
import { CommandError, type Flags, paper, print, printJson, say } from "../command";
import { EXIT } from "../exit";
import { agrees, isAttended } from "../terminal/ask";
import { page } from "../terminal/marks";
import { table } from "../terminal/table";
import { clock } from "../text/words";

const PAGE = 1000;

export async function listUsers(client: Client, { json }: Flags): Promise<number> {
	const accounts: Account[] = [];
	for (let after: string | null | undefined; after !== null; ) {
		const part = await client.call("auth.list", { limit: PAGE, ...(after !== undefined && { after }) });
		accounts.push(...part.accounts);
		after = part.next;
	}
	if (json) printJson(accounts);
	else print(accounts.length === 0 ? NOBODY : page(table(COLUMNS, accounts.map(rowOf), paper(client))));
	return EXIT.clean;
}

const NOBODY = "There is no account. To make the first administrator: banyan users create EMAIL --admin";
const COLUMNS = [
	{ title: "id" },
	{ title: "address", gives: true },
	{ title: "state" },
	{ title: "made" },
	{ title: "last here" },
	{ title: "scopes", right: true }
];
const rowOf = ({ id, email, state, verified, createdAt, lastLoginAt, scopes }: Account): string[] => [
	id,
	shown(email),
	verified ? state : `${state}, not verified`,
	clock(createdAt),
	lastLoginAt === null ? "never" : clock(lastLoginAt),
	String(scopes.length)
];

export async function showUser(client: Client, who: string, flags: Flags): Promise<number> {
	return tell(await accountOf(client, who), flags);
}

function tell(account: Account, { json }: Flags, done?: string): number {
	if (json) printJson(account);
	else print([...(done === undefined ? [] : [done]), ...linesOf(account)].map(shown).join("\n"));
	return EXIT.clean;
}

const linesOf = ({ id, email, verified, name, state, scopes, createdAt, lastLoginAt }: Account): string[] => [
	`${email}${name === null ? "" : ` (${name})`}: ${id}`,
	`  ${state}; the address is ${verified ? "theirs" : "not proved to be theirs"}`,
	`  made ${clock(createdAt)}; ${lastLoginAt === null ? "was never here" : `last here ${clock(lastLoginAt)}`}`,
	`  may ${scopes.length === 0 ? "do what is their own" : `also: ${scopes.join(", ")}`}`
];

/** By its id, or its address. @throws CommandError where no account has that */
export async function accountOf(client: Client, who: string): Promise<Account> {
	if (!who.includes("@")) return client.call("auth.find", { id: who });
	const { accounts } = await client.call("auth.list", { email: who, limit: 1 });
	const [account] = accounts;
	if (account) return account;
	throw new CommandError(`No account has the address '${shown(who)}': banyan users list`);
}

/** A password is in no command line and in no history: they choose it by the letter. */
export async function createUser(client: Client, email: string, flags: Flags): Promise<number> {
	const { name, scope = [], admin } = flags;
	const scopes = admin ? Object.keys(SCOPES) : [...new Set(scope)];
	const made = await client.call("auth.create", { email, scopes, ...(name !== undefined && { name }) });
	tell(made, flags, "made:");
	say(LETTER(made, client));
	return EXIT.clean;
}

const LETTER = ({ email }: Account, { server }: Client): string =>
	shown(`A letter to ${email} says how to choose a password, once.`) +
	(server === null ? " It is sent while a server runs: by SMTP_URL, or into mail/ of the data folder." : "");

/** Asks first in a terminal. */
export async function agreed(question: string, { yes }: Flags): Promise<boolean> {
	if (yes || !isAttended() || (await agrees(question))) return true;
	say("Nothing was done.");
	return false;
}

export async function disableUser(client: Client, who: string, flags: Flags): Promise<number> {
	const { id, email } = await accountOf(client, who);
	if (!(await agreed(`${shown(email)} is let in no more, and signed out everywhere.\nDisable it?`, flags)))
		return EXIT.refused;
	return tell(await client.call("auth.disable", { id }), flags, "disabled:");
}

export async function enableUser(client: Client, who: string, flags: Flags): Promise<number> {
	const { id } = await accountOf(client, who);
	return tell(await client.call("auth.enable", { id }), flags, "enabled:");
}

export async function deleteUser(client: Client, who: string, flags: Flags): Promise<number> {
	const { id, email } = await accountOf(client, who);
	if (!(await agreed(`All that is kept of ${shown(email)} is deleted for good.\nDelete it?`, flags)))
		return EXIT.refused;
	return tell(await client.call("auth.remove", { id }), flags, "deleted:");
}

export async function resetUser(client: Client, who: string, flags: Flags): Promise<number> {
	const account = await accountOf(client, who);
	await client.call("auth.startReset", { id: account.id });
	tell(account, flags, "to be reset:");
	say(LETTER(account, client));
	return EXIT.clean;
}
