/** Durable events that a service could not deal with, and second deliveries. */

import type { DeadLetter } from "../../contracts/platform/events";
import { jsonText } from "../../domain/text/json";
import { mask } from "../../domain/text/masking";
import { shown } from "../../domain/text/visible";
import type { Client } from "../client";
import { CommandError, type Flags, paper, print, printJson, say } from "../command";
import { EXIT } from "../exit";
import { agrees, isAttended } from "../terminal/ask";
import { page } from "../terminal/marks";
import type { Paper } from "../terminal/paper";
import { table } from "../terminal/table";
import { clock } from "../text/words";

export async function listLetters(client: Client, { json, service }: Flags): Promise<number> {
	const letters = await client.call("events.deadLetters", { limit: MOST, ...(service && { service }) });
	if (json) printJson(letters);
	else print(lettersText(letters, paper(client)));
	return letters.length === 0 ? EXIT.clean : EXIT.human;
}
const MOST = 1000;

function lettersText(letters: readonly DeadLetter[], on: Paper): string {
	if (letters.length === 0) return "No event waits: every service has dealt with what it was told.";
	const columns = [
		{ title: "id" },
		{ title: "laid aside" },
		{ title: "service" },
		{ title: "event" },
		{ title: "key" },
		{ title: "on behalf of" },
		{ title: "tries" },
		{ title: "reason", gives: true }
	];
	const rows = letters.map(({ id, laidAsideAt, service, event, key, behalf, tries, reason }) =>
		[id, clock(laidAsideAt), service, event, key, behalf?.id ?? "", String(tries), reason].map(shown)
	);
	return `${page(table(columns, rows, on))}\nOnce its reason is gone: banyan events replay ID, or --service SERVICE for all of one.`;
}

/** All that is kept of one; what it tells of without its secrets, as a log has it. */
export async function showLetter(client: Client, id: string, { json }: Flags): Promise<number> {
	const letters = await client.call("events.deadLetters", { limit: MOST });
	const found = letters.find(each => each.id === id);
	if (!found) throw new CommandError(`No event '${shown(id)}' is laid aside: see \`banyan events list\`.`);
	const { behalf, payload, ...plain } = found;
	const rows = Object.entries({
		...plain,
		payload: jsonText(mask(payload)),
		...(behalf && { "on behalf of": behalf.kind === "key" ? `the key ${behalf.id}` : behalf.id })
	});
	if (json) printJson(found);
	else print(page(rows.map(([field, value]) => `${field.padEnd(15)}${shown(String(value))}`)));
	return EXIT.clean;
}

export async function replayLetters(client: Client, id: string | undefined, flags: Flags): Promise<number> {
	return told(await client.call("events.replay", which(id, flags)), "replayed", flags);
}

export async function dropLetters(client: Client, id: string | undefined, flags: Flags): Promise<number> {
	const wanted = which(id, flags);
	const named = shown(id ?? `all of ${flags.service}`);
	if (isAttended() && !flags.yes && !(await agrees(`What is dropped is never delivered: ${named}.\nDrop it?`))) {
		say("Nothing was done.");
		return EXIT.refused;
	}
	return told(await client.call("events.drop", wanted), "dropped", flags);
}

function which(id: string | undefined, { service }: Flags): { id?: string; service?: string } {
	if (id === undefined && service === undefined)
		throw new CommandError("Name the id of an event, as `banyan events list` has it, or --service for all of one.");
	return { ...(id !== undefined && { id }), ...(service !== undefined && { service }) };
}

function told(letters: readonly DeadLetter[], what: string, { json }: Flags): number {
	if (json) printJson(letters);
	else print(`${what}: ${letters.length === 0 ? "none" : letters.map(({ id }) => shown(id)).join(", ")}`);
	return EXIT.clean;
}

/** In parts: of one request a server gives so many. */
export async function deliverAgain(client: Client, service: string, flags: Flags): Promise<number> {
	const { event, key, json } = flags;
	const wanted = { service, ...(event && { event }), ...(key && { key }) };
	let [after, delivered, more] = [flags.after ?? "0", 0, true];
	while (more) {
		const part = await client.call("events.again", { ...wanted, after, limit: MOST });
		delivered += part.delivered;
		// Whatever a server says, it comes to an end.
		more = part.more && Number(part.after) > Number(after);
		({ after } = part);
	}
	if (json) printJson({ delivered, after });
	else print(`${delivered} are delivered to ${shown(service)} once more, up to position ${after}.`);
	return EXIT.clean;
}
