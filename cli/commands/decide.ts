/** An operator's word on a run: stop, stop for good, put back, mend. */

import type { Status } from "../../contracts/migration/migration";
import type { Client } from "../client";
import { CommandError, type Flags, print, printJson, say } from "../command";
import { EXIT } from "../exit";
import { agrees, isAttended } from "../terminal/ask";
import { clock, command, records } from "../text/words";
import { complain, exitOfRun, follow, goesOn, stopping, storyOf } from "./run";

type Word = "pause" | "cancel" | "rollback" | "compare" | "repair";

const EXITS: Readonly<Record<Word, (status: Status, flags: Flags) => number>> = {
	pause: () => EXIT.clean,
	cancel: () => EXIT.clean,
	rollback: exitOfRollback,
	compare: exitOfRun,
	repair: exitOfRun
};

const sum = ({ streams }: Status, count: (stream: Status["streams"][number]) => number): number =>
	streams.reduce((all, stream) => all + count(stream), 0);

/** What cannot be taken back, and what it will do to how many records. */
const QUESTIONS: Partial<Record<Word, (status: Status) => string>> = {
	rollback: status => {
		if (status.phase === "rolled-back")
			return `${headOf(status)} The ${records(leftBy(status))} that it left are tried once more. Roll back?`;
		const [created, updated] = [sum(status, each => each.outcomes.created), sum(status, each => each.outcomes.updated)];
		return `${headOf(status)} A rollback takes away ${records(created)} that it made at the target and puts ${records(updated)} back as before; what others changed since is left and listed.\nRoll back?`;
	},
	cancel: status => {
		const there = sum(status, ({ outcomes: { created, updated }, restored }) =>
			Math.max(0, created + updated - restored)
		);
		return `${headOf(status)} Cancelled, it can never go on; the ${records(there)} that it wrote stay at the target, and can be rolled back.\nCancel?`;
	}
};

const leftBy = (status: Status): number => sum(status, ({ changedSince }) => changedSince);

const headOf = ({ name, phase, running }: Status): string => `'${name}' is ${phase}${running ? " and running" : ""}.`;

export async function decide(client: Client, word: Word, name: string, flags: Flags): Promise<number> {
	const question = QUESTIONS[word];
	if (question) {
		const before = await client.call("migration.status", { name });
		if (word === "rollback" && before.phase === "rolled-back" && leftBy(before) === 0)
			return wasBefore(client, before, flags);
		if (isAttended() && !flags.yes && before.phase !== "cancelled" && !(await agrees(question(before)))) {
			say("Nothing was done.");
			return EXIT.refused;
		}
	}
	const again = `\`${command(["migration", ...(word === "rollback" ? ["rollback", name] : ["run", "FILE"])])}\``;
	const interrupt = stopping(client, name, again);
	const said = await client.call(`migration.${word}`, {
		name,
		reason: flags.reason ?? "",
		...removalsOf(flags)
	});
	const status = said.running ? await follow(client, name, interrupt) : said;
	tell(client, status, flags);
	return goesOn(client, status, interrupt) ? EXIT.interrupted : EXITS[word](status, flags);
}

const tell = (client: Client, status: Status, flags: Flags): void =>
	flags.json ? printJson(status) : print(storyOf(client, status, flags));

/** Of a repair: how many deletions at the source are confirmed. */
function removalsOf({ removals }: Flags): { removals?: number } {
	if (removals === undefined) return {};
	if (!/^\d{1,9}$/.test(removals))
		throw new CommandError(`--removals ${removals}: it is a number, of all records that wait to be taken away.`);
	return { removals: Number(removals) };
}

/** A rollback that left nothing is not made again. */
function wasBefore(client: Client, status: Status, flags: Flags): number {
	const { name, finishedAt } = status;
	say(`'${name}' was rolled back before${finishedAt === null ? "" : `, ${clock(finishedAt)}`}: nothing was done now.`);
	tell(client, status, flags);
	return exitOfRollback(status, flags);
}

function exitOfRollback({ phase, failure, streams }: Status, flags: Flags): number {
	if (phase !== "rolled-back") {
		complain(`${failure?.message ?? "The rollback stopped."} Nothing is lost: run it again to go on.`, flags);
		return EXIT.broken;
	}
	return streams.some(({ changedSince }) => changedSince > 0) ? EXIT.human : EXIT.clean;
}
