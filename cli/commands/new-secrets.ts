import type { SecretLine } from "../../contracts/migration/lines";
import { csvRecord } from "../../domain/text/csv";
import type { Client } from "../client";
import { type Flags, printFile, printJson, say } from "../command";
import { EXIT } from "../exit";
import { writeForOwner } from "../files";
import { secretLines } from "../lines";
import { records } from "../text/words";

type Line = SecretLine & { readonly stream: string };

/** What new records got that the source could not give, for whoever hands it out: a CSV, or a line of JSON each. */
export async function newSecrets(client: Client, name: string, flags: Flags): Promise<number> {
	const lines = await linesOf(client, name, flags.stream);
	if (flags.json) for (const line of lines) printJson(line);
	else if (lines.length > 0) await written(lines, flags.out);
	say(wordsOf(lines.length, flags.json ? undefined : flags.out));
	return EXIT.clean;
}

async function linesOf(client: Client, name: string, wanted: string | undefined): Promise<Line[]> {
	const lines: Line[] = [];
	for (const stream of await streamsOf(client, name, wanted))
		for await (const line of secretLines(client, { name, stream }))
			if (Object.keys(line.secrets).length > 0) lines.push({ stream, ...line });
	return lines;
}

function wordsOf(count: number, file: string | undefined): string {
	if (count === 0) return "Nobody got a new secret.";
	const where = file === undefined ? "" : `: they are in ${file}, readable by you alone`;
	return `${records(count)} got new secrets${where}. Hand them out, and keep them nowhere else.`;
}

const streamsOf = async (client: Client, name: string, stream: string | undefined): Promise<readonly string[]> =>
	stream === undefined ? (await client.call("migration.status", { name })).streams.map(each => each.stream) : [stream];

async function written(lines: readonly Line[], out: string | undefined): Promise<void> {
	const rows = lines.flatMap(({ stream, name, secrets }) =>
		Object.entries(secrets).map(([field, secret]) => [stream, name, field, secret])
	);
	const text = [["stream", "name", "field", "secret"], ...rows].map(row => csvRecord(row, "\n")).join("");
	if (out === undefined) await printFile([text]);
	else writeForOwner(out, text, "The new secrets", "--out");
}
