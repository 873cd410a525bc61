import type { LogLine } from "../../contracts/migration/migration";
import { shown } from "../../domain/text/visible";
import type { Client } from "../client";
import { type Flags, print, printJson } from "../command";
import { EXIT } from "../exit";
import { type Interruption, interruption } from "../interruption";
import { logOf } from "../lines";
import { rests } from "../rest";

/** How often it is asked whether there is more to come, in ms. */
const EVERY = 1000;

export async function logs(client: Client, name: string, { follow, json }: Flags): Promise<number> {
	let last: string | null = null;
	const tell = (line: LogLine): void => {
		last = line.id;
		if (json) printJson(line);
		else print(shown(`${line.at}  ${line.says}`));
	};
	if (follow) {
		const interrupt = interruption();
		for await (const line of untilItRests(client, name, interrupt)) tell(line);
		if (interrupt.seen) return EXIT.interrupted;
	}
	for await (const line of logOf(client, name, last)) tell(line);
	return EXIT.clean;
}

/** Some lines at its end may be missing: they came after it was asked for the last time. */
async function* untilItRests(client: Client, name: string, interrupt: Interruption): AsyncGenerator<LogLine> {
	const rested = new AbortController();
	const watched = watch(client, name, interrupt).finally(() => rested.abort());
	// It is waited for below.
	watched.catch(() => undefined);
	yield* client.follow(name, null, rested.signal);
	await watched;
}

async function watch(client: Client, name: string, interrupt: Interruption): Promise<void> {
	while (!interrupt.seen && !rests(client, await client.call("migration.status", { name })))
		await interrupt.pause(EVERY);
}
