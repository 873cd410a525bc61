/** The books of a load: what was acknowledged, held against what the cluster holds. */

import { isFields, textOf } from "../../domain/unknown";
import type { Client } from "./client";
import type { Books } from "./kinds";
import { type Judged, Ledger } from "./ledger";
import { People } from "./people";

export const openBooks = (migration: string | null): Books => ({
	keys: new Ledger(),
	pauses: new Ledger(),
	people: new People(),
	made: [],
	migration,
	run: `chaos-${Date.now().toString(36)}`
});

/** Answers only what was not said before: what was lost once is not lost again. */
export function judging(client: Client, books: Books): () => Promise<Judged> {
	const known = new Set<string>();
	const fresh = (names: readonly string[], what: string): string[] =>
		names.filter(name => !known.has(`${what} ${name}`) && known.add(`${what} ${name}`));
	return async () => {
		const keys = books.keys.judge(await namesOfKeys(client));
		const pauses = books.pauses.judge(books.migration === null ? [] : await reasonsOf(client, books.migration));
		const accounts = books.people.accounts.judge(await addressesOf(client));
		const sessions = books.people.sessions.judge(await sessionsOf(client, books.people));
		const named = (what: "lost" | "twice"): string[] => [
			...keys[what],
			...pauses[what].map(name => `pause ${name}`),
			...accounts[what].map(name => `account ${name}`),
			...sessions[what].map(name => `session ${name}`)
		];
		return {
			lost: fresh(named("lost"), "lost"),
			twice: fresh([...named("twice"), ...books.people.over], "twice"),
			unknown: keys.unknown
		};
	};
}

/** @throws where the cluster does not say */
async function read(client: Client, path: string, as?: string): Promise<unknown> {
	const { answer, why } = await client.ask({ method: "GET", path, again: true, ...(as !== undefined && { as }) });
	if (answer?.status === 200) return answer.body;
	throw new Error(`GET ${path}: ${answer?.status ?? why}: what was acknowledged cannot be looked up.`);
}

async function namesOfKeys(client: Client): Promise<string[]> {
	const keys = await read(client, "/api/v1/api-keys");
	return Array.isArray(keys) ? keys.flatMap(key => textOf(key, "name") ?? []) : [];
}

const REASON = /^Paused: (.*)\.$/;

/** Why a migration was paused, each time. */
async function reasonsOf(client: Client, name: string): Promise<string[]> {
	const reasons: string[] = [];
	for (let after: string | undefined; ; ) {
		const query = after === undefined ? "" : `&after=${encodeURIComponent(after)}`;
		const page = await read(client, `/api/v1/migrations/${name}/logs?limit=1000${query}`);
		const lines = isFields(page) && Array.isArray(page.lines) ? page.lines : [];
		reasons.push(...lines.flatMap(line => REASON.exec(textOf(line, "says") ?? "")?.[1] ?? []));
		after = textOf(page, "next");
		if (after === undefined) return reasons;
	}
}

async function addressesOf(client: Client): Promise<string[]> {
	const addresses: string[] = [];
	for (let after: string | undefined; ; ) {
		const query = after === undefined ? "" : `&after=${encodeURIComponent(after)}`;
		const page = await read(client, `/api/v1/auth/accounts?limit=1000${query}`);
		const accounts = isFields(page) && Array.isArray(page.accounts) ? page.accounts : [];
		addresses.push(...accounts.flatMap(account => textOf(account, "email") ?? []));
		after = textOf(page, "next");
		if (after === undefined) return addresses;
	}
}

/** Of whoever is signed in: all that are theirs. */
async function sessionsOf(client: Client, { open }: Books["people"]): Promise<string[]> {
	const ids: string[] = [];
	// Of each account the token that was given last.
	for (const { accessToken } of new Map(open.map(each => [each.account, each])).values()) {
		const sessions = await read(client, "/api/v1/auth/sessions", accessToken);
		if (Array.isArray(sessions)) ids.push(...sessions.flatMap(session => textOf(session, "id") ?? []));
	}
	return ids;
}
