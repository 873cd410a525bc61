import type { Client } from "../client";
import { type Flags, print, say } from "../command";
import { EXIT } from "../exit";
import { linesOf } from "../lines";
import { differenceText } from "../text";

export async function diff(client: Client, name: string, { json }: Flags): Promise<number> {
	const status = await client.call("migration.status", { name });
	let found = 0;
	for await (const line of linesOf(client, "migration.diff", status)) {
		found++;
		print(json ? JSON.stringify(line) : differenceText(line));
	}
	if (!json) say(`${found} differences${status.phase === "finished" ? "" : " so far: the migration is not finished"}`);
	return found === 0 ? EXIT.clean : EXIT.human;
}
