import type { Client } from "../client";
import { type Flags, print, readText, say } from "../command";
import { EXIT } from "../exit";
import { linesOf } from "../lines";
import { streamsText } from "../text";

/** Every line that a run would report, with no request that writes. */
export async function dryRun(client: Client, file: string, { json }: Flags): Promise<number> {
	const status = await client.call("migration.dryRun", { document: readText(file) });
	if (json) for await (const line of linesOf(client, "migration.report", status)) print(JSON.stringify(line));
	else print(streamsText(status));
	say("Nothing has been written.");
	return EXIT.clean;
}
