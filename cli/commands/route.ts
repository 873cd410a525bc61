/** Routes of older APIs: what is set, how it changes, and where a request would go. */

import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { InputOf } from "../../contracts/contract";
import type { RouteExplanation } from "../../contracts/platform/route-samples";
import type { RouteKept, routes } from "../../contracts/platform/routes";
import { jsonText } from "../../domain/text/json";
import { shown } from "../../domain/text/visible";
import { isFields, messageOf } from "../../domain/unknown";
import type { Client } from "../client";
import { CommandError, type Flags, paper, print, printJson, say } from "../command";
import { EXIT } from "../exit";
import { agrees, isAttended } from "../terminal/ask";
import { page } from "../terminal/marks";
import { table } from "../terminal/table";
import { clock } from "../text/words";

export async function listRoutes(client: Client, { json }: Flags): Promise<number> {
	const { revision, routes } = await client.call("routes.list", {});
	if (json) printJson({ revision, routes });
	else if (routes.length === 0) print(`No route of an older API is set (revision ${revision}).`);
	else {
		const columns = [{ title: "route" }, { title: "matches" }, { title: "leads to" }, { title: "for", gives: true }];
		const rows = routes.map(({ id, match, action, summary = "" }) =>
			[id, `${match.method} ${match.path}`, action, summary].map(shown)
		);
		print(`${page(table(columns, rows, paper(client)))}\nrevision ${revision}`);
	}
	return EXIT.clean;
}

/** As a file that `set` takes. */
export async function showRoute(client: Client, id: string, _flags: Flags): Promise<number> {
	const { route } = await client.call("routes.get", { id });
	printJson(route);
	return EXIT.clean;
}

export async function setRoute(client: Client, id: string | undefined, flags: Flags): Promise<number> {
	const route = routeIn(id, flags);
	const expected = await expectedIn(client, flags);
	return told(await client.call("routes.set", { ...route, expected, reason: reasonIn(flags) }), "set", flags);
}

export async function removeRoute(client: Client, id: string, flags: Flags): Promise<number> {
	const reason = reasonIn(flags);
	const question = `Whoever asks by '${shown(id)}' finds nothing from now on.\nRemove it?`;
	if (isAttended() && !flags.yes && !(await agrees(question))) {
		say("Nothing was done.");
		return EXIT.refused;
	}
	const expected = await expectedIn(client, flags);
	return told(await client.call("routes.remove", { id, expected, reason }), "removed", flags);
}

/** Sets nothing. */
export async function tryRoute(client: Client, id: string | undefined, flags: Flags): Promise<number> {
	const tried = await client.call("routes.try", routeIn(id, flags));
	if (flags.json) printJson(tried);
	else if (tried.ok) print("Its examples prove it: it would be set.");
	else print(tried.faults.map(({ field, message }) => shown(`${field}: ${message}`)).join("\n"));
	return tried.ok ? EXIT.clean : EXIT.refused;
}

export async function routeHistory(client: Client, { json, limit, after }: Flags): Promise<number> {
	const given = { ...(limit && { limit: wholeIn(limit, "--limit") }), ...(after && { after }) };
	const { items, next } = await client.call("routes.history", given);
	if (json) printJson({ items, next });
	else if (items.length === 0) print("Nothing was ever set.");
	else {
		const columns = [{ title: "revision" }, { title: "made" }, { title: "by" }, { title: "why", gives: true }];
		const rows = items.map(({ revision, at, author, reason }) =>
			[String(revision), at === null ? "" : clock(at), author ?? "", reason ?? ""].map(shown)
		);
		print(page(table(columns, rows, paper(client))));
	}
	return EXIT.clean;
}

export async function diffRoutes(client: Client, from: string, to: string, { json }: Flags): Promise<number> {
	const found = await client.call("routes.diff", { from: wholeIn(from, "FROM"), to: wholeIn(to, "TO") });
	if (json) printJson(found);
	else if (found.length === 0) print("They are the same.");
	else
		print(
			found
				.map(({ path, kind, before, after }) =>
					shown(`${kind} ${path.join(".")}: ${jsonText(before)} → ${jsonText(after)}`)
				)
				.join("\n")
		);
	return EXIT.clean;
}

export async function rollbackRoutes(client: Client, revision: string, flags: Flags): Promise<number> {
	const to = wholeIn(revision, "REVISION");
	const reason = reasonIn(flags);
	const expected = await expectedIn(client, flags);
	const made = await client.call("routes.rollback", { to, expected, reason });
	if (flags.json) printJson(made);
	else print(`Revision ${made.revision} sets what revision ${to} had.`);
	return EXIT.clean;
}

/** Calls nothing. */
export async function explainRoute(client: Client, method: string, path: string, flags: Flags): Promise<number> {
	const { host, body } = flags;
	const headers = headersIn(flags.header);
	const explained = await client.call("routes.explain", {
		method: method.toUpperCase() as "GET",
		path,
		...(host && { host }),
		...(headers && { headers }),
		...(body !== undefined && { body: bodyIn(body) })
	});
	if (flags.json) printJson(explained);
	else print(explanationText(explained));
	return EXIT.clean;
}

function explanationText(explained: RouteExplanation): string {
	const { rule, action, permission, params, faults, considered, wouldChange, limits, cache, revision } = explained;
	const rows: (readonly [string, string | null])[] = [
		["calls", action],
		["needs", permission],
		["with", params === null ? null : jsonText(params)],
		["limits", limits],
		["cache", cache],
		["revision", String(revision)]
	];
	return [
		rule,
		...rows.flatMap(([name, value]) => (value === null ? [] : [`${name.padEnd(10)}${value}`])),
		...faults.map(({ field, message }) => `fails     ${field}: ${message}`),
		...considered.map(({ route, why }) => `not ${route}: ${why}`),
		...wouldChange.map(each => `to change: ${each}`)
	]
		.map(shown)
		.join("\n");
}

function told(kept: RouteKept, what: string, { json }: Flags): number {
	if (json) printJson(kept);
	else print(`${what}: revision ${kept.revision}`);
	return EXIT.clean;
}

type Given = InputOf<typeof routes.actions.try>;

/** @throws CommandError */
function routeIn(id: string | undefined, { file }: Flags): Given {
	if (file === undefined) throw new CommandError("Name the file of the route: --file FILE, YAML or JSON.");
	const read = fileIn(file);
	if (!isFields(read)) throw new CommandError(`${shown(file)} is no table of fields.`);
	// The server says what is wrong with it.
	return { ...read, ...(id !== undefined && { id }) } as Given;
}

function fileIn(file: string): unknown {
	try {
		return parse(readFileSync(file, "utf8"));
	} catch (error) {
		throw new CommandError(`${shown(file)} cannot be read: ${shown(messageOf(error))}`);
	}
}

/** @throws CommandError */
function reasonIn({ reason }: Flags): string {
	if (reason === undefined || reason.trim() === "")
		throw new CommandError("Say why: --reason TEXT stands in the history.");
	return reason;
}

/** The revision that whoever decides has seen; without one, the newest now. */
async function expectedIn(client: Client, { expected }: Flags): Promise<number> {
	if (expected !== undefined) return wholeIn(expected, "--expected");
	return (await client.call("routes.list", {})).revision;
}

/** @throws CommandError */
function wholeIn(text: string, what: string): number {
	if (/^\d{1,9}$/.test(text)) return Number(text);
	throw new CommandError(`${what} is a whole number: ${shown(text)} is none.`);
}

/** @throws CommandError */
function headersIn(given: readonly string[] | undefined): Record<string, string> | undefined {
	if (!given) return undefined;
	return Object.fromEntries(
		given.map(each => {
			const [, name, value] = /^([\w-]+):\s*(.*)$/.exec(each) ?? [];
			if (name === undefined || value === undefined)
				throw new CommandError(`--header is 'Name: value': ${shown(each)} is none.`);
			return [name, value];
		})
	);
}

/** JSON, or as it stands: a form. */
function bodyIn(text: string): never {
	try {
		return JSON.parse(text) as never;
	} catch {
		return text as never;
	}
}
