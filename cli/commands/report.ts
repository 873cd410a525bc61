import type { DifferenceLine, Status } from "../../contracts/migration/migration";
import type { ReportLine } from "../../contracts/migration/records";
import { jsonText } from "../../domain/text/json";
import type { Client } from "../client";
import { CommandError, type Flags, printFile, say } from "../command";
import { customersCsv } from "../customers";
import { EXIT } from "../exit";
import { streamForOwner } from "../files";
import { differenceLines, reportLines } from "../lines";
import { htmlReport } from "../report";

type Render = (client: Client, status: Status) => AsyncIterable<string>;

const FORMATS: Readonly<Record<string, Render>> = {
	async *ndjson(client, status) {
		for await (const line of reportLines(client, status)) yield `${jsonText(line)}\n`;
	},
	async *json(_client, { name, hash, phase, source, target, cautions, streams, verdict }) {
		yield `${jsonText({ name, hash, phase, source, target, cautions, streams, verdict }, "\t")}\n`;
	},
	customers: (client, status) => {
		const { customers, ...words } = client.words;
		if (!customers) throw new CommandError("Nothing that was moved stands for customers: there is nobody to tell.");
		return customersCsv(touched(client, status), customers, words);
	},
	html: (client, status) =>
		htmlReport({
			status,
			lines: reportLines(client, status),
			differences: differencesOf(client, status),
			server: client.server,
			words: client.words
		})
};

/** After a rollback everyone is where they were. */
async function* touched(client: Client, status: Status): AsyncGenerator<ReportLine> {
	if (status.phase === "rolled-back") say("It was rolled back: no customer notices anything.");
	else yield* reportLines(client, status);
}

/** A dry run has none to ask for. */
async function* differencesOf(client: Client, status: Status): AsyncGenerator<DifferenceLine> {
	const found = status.streams.some(({ differences, changedSince }) => differences + changedSince > 0);
	if (found) yield* differenceLines(client, status);
}

export async function report(
	client: Client,
	name: string,
	{ customers, format = customers ? "customers" : "ndjson", out }: Flags
): Promise<number> {
	const render = FORMATS[format];
	if (!render)
		throw new CommandError(`There is no format '${format}': it is one of ${Object.keys(FORMATS).join(", ")}.`);
	const status = await client.call("migration.status", { name });
	const parts = render(client, status);
	if (out === undefined) await printFile(parts);
	else await streamForOwner(out, parts, { what: "The report", option: "--out" });
	return EXIT.clean;
}
