import type { Status } from "../../contracts/migration/migration";
import type { Client } from "../client";
import { CommandError, type Flags, paint, paper, print, printJson, say, screen, withDefinition } from "../command";
import { EXIT } from "../exit";
import { reportLines } from "../lines";
import { progressOn } from "../progress";
import { page } from "../terminal/marks";
import { linesOfStatus, sections } from "../text/codes";
import { outcomeOfDryRun } from "../text/outcome";
import { streamsText } from "../text/status";

/** Every line that a run would report, with no request that writes. */
export async function dryRun(client: Client, file: string, { json, url }: Flags): Promise<number> {
	const { name } = await withDefinition(file, document => client.call("migration.dryRun", { document }));
	const status = await ended(client, name);
	if (status.failure) throw new CommandError(`${status.failure.message} Nothing has been written.`);
	if (json) {
		for await (const line of reportLines(client, status)) printJson(line);
		say("Nothing has been written.");
		return EXIT.clean;
	}
	const on = paper(client);
	const story = [...streamsText(status, on), ...sections(linesOfStatus(status), on)];
	print(page([...story, ...outcomeOfDryRun(status, { file, url }, on)]));
	return EXIT.clean;
}

/** How often the status is asked for, in ms. */
const EVERY = 200;

async function ended(client: Client, name: string): Promise<Status> {
	const progress = progressOn(screen, paint, { dry: true });
	try {
		for (;;) {
			const status = await client.call("migration.status", { name });
			progress.show(status);
			if (!status.running) return status;
			await new Promise(resolve => setTimeout(resolve, EVERY));
		}
	} finally {
		progress.stop();
	}
}
