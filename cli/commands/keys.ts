/** API keys: who may call from afar. */

import type { ApiKey, NewApiKey } from "../../contracts/platform/access";
import { shown } from "../../domain/text/visible";
import type { Client } from "../client";
import { CommandError, type Flags, paper, print, printJson, say } from "../command";
import { EXIT } from "../exit";
import { agrees, isAttended } from "../terminal/ask";
import { page } from "../terminal/marks";
import type { Paper } from "../terminal/paper";
import { table } from "../terminal/table";
import { clock } from "../text/words";

const keyText = ({ id, name, scopes, createdAt }: ApiKey): string =>
	shown(`${id}  ${createdAt}  ${name}: ${scopes.join(", ")}`);

export async function createKey(client: Client, name: string, { scope = [], json, days }: Flags): Promise<number> {
	const scopes = [...new Set(scope)];
	const given = days === undefined ? {} : { expiresInDays: wholeIn(days, "--days") };
	return showOnce(await client.call("access.create", { name, scopes, ...given }), json);
}

/** A key in the place of another, which goes on working for a while. */
export async function rotateKey(client: Client, id: string, { json, hours }: Flags): Promise<number> {
	const given = hours === undefined ? {} : { overlapSeconds: wholeIn(hours, "--hours") * HOUR_SECONDS };
	const made = await client.call("access.rotate", { id, ...given });
	const before = (await client.call("access.list", {})).find(each => each.id === id);
	const end = showOnce(made, json);
	if (before?.expiresAt != null) say(shown(`The key '${id}' works until ${clock(before.expiresAt)}.`));
	return end;
}

const HOUR_SECONDS = 3600;

/** @throws CommandError */
function wholeIn(text: string, flag: string): number {
	if (/^\d{1,6}$/.test(text)) return Number(text);
	throw new CommandError(`${flag} is a whole number: ${shown(text)} is none.`);
}

function showOnce({ key, ...made }: NewApiKey, json: boolean | undefined): number {
	// Alone on standard output, so that it can go to a file or a secret store.
	if (json) printJson({ ...made, key });
	else print(shown(key));
	say(
		shown(`The key '${made.name}' (${made.id}) may: ${made.scopes.join(", ")}.`) +
			" It is shown this once; only a digest is kept."
	);
	return EXIT.clean;
}

/** In the order in which they were made. */
export async function listKeys(client: Client, { json }: Flags): Promise<number> {
	const keys = [...(await client.call("access.list", {}))].sort(
		(a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt) || (a.id < b.id ? -1 : 1)
	);
	if (json) printJson(keys);
	else print(keysText(keys, paper(client)));
	return EXIT.clean;
}

function keysText(keys: readonly ApiKey[], on: Paper): string {
	if (keys.length === 0) return "There is no API key. To make one: banyan keys create NAME --scope SCOPE";
	const columns = [
		{ title: "id" },
		{ title: "made" },
		{ title: "used last" },
		{ title: "ends" },
		{ title: "name" },
		{ title: "may", gives: true }
	];
	const rows = keys.map(key => [
		key.id,
		clock(key.createdAt),
		key.lastUsedAt == null ? "" : clock(key.lastUsedAt),
		key.expiresAt == null ? "" : clock(key.expiresAt),
		shown(key.owner == null ? key.name : `${key.name} (of ${key.owner})`),
		key.scopes.join(", ")
	]);
	return page(table(columns, rows, on));
}

export async function revokeKey(client: Client, id: string, { json, yes }: Flags): Promise<number> {
	const keys = await client.call("access.list", {});
	const key = keys.find(each => each.id === id);
	const warns = client.server !== null && isLastManager(keys, id) ? LAST_MANAGER : "";
	if (key && isAttended() && !yes) {
		const question = `Whoever uses '${shown(key.name)}' (${shown(id)}) is refused from now on.${warns && ` ${warns}`}\nRevoke it?`;
		if (!(await agrees(question))) {
			say("Nothing was done.");
			return EXIT.refused;
		}
	}
	const revoked = await client.call("access.revoke", { id });
	if (json) printJson(revoked);
	else print(`revoked: ${keyText(revoked)}`);
	if (warns) say(warns);
	return EXIT.clean;
}

const MANAGE = "keys:manage";
const LAST_MANAGER = `It is the last key with '${MANAGE}': without it, keys are made in the server's data folder alone. Stop the server, then there: DATA_DIR=FOLDER banyan keys create NAME --scope ${MANAGE}`;

/** Is it the only one by which others are made, for as long as one likes? */
function isLastManager(keys: readonly ApiKey[], id: string): boolean {
	const managers = keys.filter(({ scopes, expiresAt }) => scopes.includes(MANAGE) && expiresAt == null);
	return managers.length === 1 && managers[0]?.id === id;
}
