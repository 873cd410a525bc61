/** An operator's word on a run: stop, stop for good, put back, mend. */

import type { Status } from "../../contracts/migration/migration";
import type { Client } from "../client";
import { CommandError, type Flags, print, say } from "../command";
import { EXIT } from "../exit";
import { statusText } from "../text";
import { exitOfRun, follow, goesOn, stopping } from "./run";

type Word = "pause" | "cancel" | "rollback" | "compare" | "repair";

const EXITS: Readonly<Record<Word, (status: Status, flags: Flags) => number>> = {
	pause: () => EXIT.clean,
	cancel: () => EXIT.clean,
	rollback: exitOfRollback,
	compare: exitOfRun,
	repair: exitOfRun
};

export async function decide(client: Client, word: Word, name: string, flags: Flags): Promise<number> {
	const interrupt = stopping(client, name);
	const reason = flags.reason ?? "";
	const said = await client.call(`migration.${word}`, { name, reason, ...removalsOf(flags) });
	const status = said.running ? await follow(client, name, flags, interrupt) : said;
	print(flags.json ? JSON.stringify(status) : statusText(status));
	return goesOn(client, status, interrupt) ? EXIT.interrupted : EXITS[word](status, flags);
}

/** Of a repair: how many deletions at the source are confirmed. */
function removalsOf({ removals }: Flags): { removals?: number } {
	if (removals === undefined) return {};
	if (!/^\d{1,9}$/.test(removals))
		throw new CommandError(`--removals ${removals}: it is a number, of all records that wait to be taken away.`);
	return { removals: Number(removals) };
}

function exitOfRollback({ phase, failure, streams }: Status): number {
	if (phase !== "rolled-back") {
		say(`banyan: ${failure?.message ?? "The rollback stopped."} Nothing is lost: run it again to go on.`);
		return EXIT.broken;
	}
	return streams.some(({ changedSince }) => changedSince > 0) ? EXIT.human : EXIT.clean;
}
