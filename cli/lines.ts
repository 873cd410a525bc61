/** Reads lines that come in pages, one after the other, in flat memory. */

import { setTimeout as pause } from "node:timers/promises";
import type { SecretLine } from "../contracts/migration/lines";
import type { DifferenceLine, Lines, LinkLine, LogLine, Status } from "../contracts/migration/migration";
import type { ReportLine } from "../contracts/migration/records";
import type { Client } from "./client";
import { CommandError } from "./command";

/** One stream after the other. */
async function* eachStream<L>(
	{ name, streams }: Status,
	read: (asked: { name: string; stream: string; after: string | null }) => Promise<Lines<L>>
): AsyncGenerator<L> {
	for (const { stream } of streams) yield* pages(after => read({ name, stream, after }));
}

export const reportLines = (client: Client, status: Status): AsyncGenerator<ReportLine> =>
	eachStream(status, asked => client.call("migration.report", asked));

export const differenceLines = (client: Client, status: Status): AsyncGenerator<DifferenceLine> =>
	eachStream(status, asked => client.call("migration.diff", asked));

/** The old links of a migration, with their addresses: of a page of records, none may have been moved. */
export const linkLines = (client: Client, name: string): AsyncGenerator<LinkLine> =>
	pages(after => client.call("migration.links", { name, after }), { mostEmpty: MOST_LINES });

/** The new secrets of a stream's records. */
export const secretLines = (client: Client, asked: { name: string; stream: string }): AsyncGenerator<SecretLine> =>
	pages(after => client.call("migration.newSecrets", { ...asked, after }));

/** What is recorded of a migration behind the line `after`. */
export const logOf = (client: Pick<Client, "call">, name: string, after: string | null): AsyncGenerator<LogLine> =>
	pages(last => client.call("migration.log", { name, after: last }), { begin: after });

async function* pages<L>(
	read: (after: string | null) => Promise<Lines<L>>,
	{ begin = null, mostEmpty = MOST_EMPTY }: { begin?: string | null; mostEmpty?: number } = {}
): AsyncGenerator<L> {
	let after = begin;
	let [empty, told] = [0, 0];
	do {
		const { lines, next }: Lines<L> = await read(after);
		yield* lines;
		empty = lines.length === 0 ? empty + 1 : 0;
		told += lines.length;
		if (next !== null && (next === after || empty > mostEmpty || told > MOST_LINES))
			throw new CommandError(
				`There is no end to the lines that are told, ${told} so far: what tells them is no Banyan of this release.`
			);
		after = next;
	} while (after !== null);
}

/** Pages without a line, one after the other; lines in all. More is no migration. */
const MOST_EMPTY = 100;
const MOST_LINES = 20_000_000;

/** How often the log is asked for more, in ms. */
const EVERY = 500;

/** The log of a migration as it grows, by asking again and again. */
export async function* polled(
	client: Pick<Client, "call">,
	name: string,
	after: string | null,
	until: AbortSignal
): AsyncGenerator<LogLine> {
	let last = after;
	while (!until.aborted) {
		for await (const line of logOf(client, name, last)) {
			last = line.id;
			yield line;
		}
		await pause(EVERY, undefined, { signal: until }).catch(() => undefined);
	}
}
