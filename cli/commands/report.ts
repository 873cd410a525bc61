import { once } from "node:events";
import { createWriteStream } from "node:fs";
import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { DifferenceLine, Status } from "../../contracts/migration/migration";
import type { ReportLine } from "../../contracts/migration/records";
import type { Client } from "../client";
import { CommandError, type Flags, say } from "../command";
import { customersCsv } from "../customers";
import { EXIT } from "../exit";
import { linesOf } from "../lines";
import { htmlReport } from "../report";

type Render = (client: Client, status: Status) => AsyncIterable<string>;

/** As `--format` takes them. */
export const REPORT_FORMATS = ["ndjson", "json", "html"] as const;

const FORMATS: Readonly<Record<string, Render>> = {
	async *ndjson(client, status) {
		for await (const line of linesOf(client, "migration.report", status)) yield `${JSON.stringify(line)}\n`;
	},
	async *json(_client, { name, hash, phase, source, target, cautions, streams, verdict }) {
		yield `${JSON.stringify({ name, hash, phase, source, target, cautions, streams, verdict }, null, "\t")}\n`;
	},
	customers: (client, status) => customersCsv(touched(client, status)),
	html: (client, status) =>
		htmlReport({
			status,
			lines: linesOf(client, "migration.report", status),
			differences: differencesOf(client, status),
			server: client.server
		})
};

/** After a rollback everyone is where they were. */
async function* touched(client: Client, status: Status): AsyncGenerator<ReportLine> {
	if (status.phase === "rolled-back") say("It was rolled back: no customer notices anything.");
	else yield* linesOf(client, "migration.report", status);
}

/** A dry run has none to ask for. */
async function* differencesOf(client: Client, status: Status): AsyncGenerator<DifferenceLine> {
	const found = status.streams.some(({ differences, changedSince }) => differences + changedSince > 0);
	if (found) yield* linesOf(client, "migration.diff", status);
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
	const to: Writable = out === undefined ? process.stdout : await fileFor(out);
	await pipeline(render(client, status), to, { end: out !== undefined });
	return EXIT.clean;
}

/** Customers' names stand in it: a new file is readable by its owner alone. @throws CommandError */
async function fileFor(path: string): Promise<Writable> {
	const file = createWriteStream(path, { mode: 0o600 });
	try {
		await once(file, "open");
		return file;
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		throw new CommandError(`The report cannot be written to '${path}' (${code}): name another file by --out.`);
	}
}
