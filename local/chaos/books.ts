/** The books of a load: what was acknowledged, held against what the cluster holds. */

import { isFields, textOf } from "../../domain/unknown";
import type { Client } from "./client";
import { type Judged, Ledger } from "./ledger";
import type { Books } from "./work";

export const openBooks = (migration: string | null): Books => ({
	keys: new Ledger(),
	pauses: new Ledger(),
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
		return {
			lost: fresh([...keys.lost, ...pauses.lost.map(name => `pause ${name}`)], "lost"),
			twice: fresh([...keys.twice, ...pauses.twice.map(name => `pause ${name}`)], "twice"),
			unknown: keys.unknown
		};
	};
}

/** @throws where the cluster does not say */
async function read(client: Client, path: string): Promise<unknown> {
	const { answer, why } = await client.ask({ method: "GET", path, again: true });
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
