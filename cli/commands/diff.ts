import type { Status } from "../../contracts/migration/migration";
import type { Client } from "../client";
import { type Flags, print, printJson, say } from "../command";
import { EXIT } from "../exit";
import { differenceLines } from "../lines";
import { differenceText } from "../text/difference";
import { command } from "../text/words";

const SO_FAR = " so far: the migration is not finished";
/** It says what was found, and looks at nothing anew. */
const WHEN: Partial<Record<Status["phase"], (name: string) => string>> = {
	finished: name => ` when both sides were last compared; \`${command(["migration", "compare", name])}\` looks again`,
	"rolled-back": () => " left by the rollback, each with its reason"
};

export async function diff(client: Client, name: string, { json }: Flags): Promise<number> {
	const status = await client.call("migration.status", { name });
	let found = 0;
	for await (const line of differenceLines(client, status)) {
		found++;
		if (json) printJson(line);
		else print(differenceText(line));
	}
	if (!json) say(`${found} ${found === 1 ? "difference" : "differences"}${WHEN[status.phase]?.(name) ?? SO_FAR}`);
	return found === 0 ? EXIT.clean : EXIT.human;
}
