import type { Plan, Status } from "../../contracts/migration/migration";
import { shown } from "../../domain/text/visible";
import type { Client } from "../client";
import { CommandError, type Flags, paint, paper, print, printJson, say, screen, withDefinition } from "../command";
import { EXIT } from "../exit";
import { type Interruption, interruption } from "../interruption";
import { progressOn } from "../progress";
import { fewNeedHand } from "../text/outcome";
import { planText } from "../text/plan";
import { fewText, statusText } from "../text/status";
import { clock, command } from "../text/words";

/** How often the status is asked for, in ms: of this process, and of a server. */
const EVERY = { near: 200, far: 500 } as const;

export async function runMigration(client: Client, file: string, flags: Flags): Promise<number> {
	const plan = await withDefinition(file, document => client.call("migration.plan", { document, look: false }));
	if (!plan.ok) {
		if (flags.json) printJson(plan);
		else print(planText(plan, paper(client), { file, url: flags.url }));
		return EXIT.refused;
	}
	const interrupt = stopping(client, plan.name, `\`${command(["migration", "run", file])}\``);
	const begun = await client.call("migration.start", {
		name: plan.name,
		// What was planned here, and nothing that somebody put in its place.
		hash: plan.hash,
		...canaryOf(flags),
		...(flags.accept && { accept: [...flags.accept] }),
		backupTaken: flags.backupTaken ?? false
	});
	const done = begun.streams.reduce((sum, { read }) => sum + read, 0);
	if (!flags.json) say(beginning(plan, begun, done));
	const status = await follow(client, plan.name, interrupt);
	return ended(client, status, { ...flags, file }, interrupt);
}

/** What was planned, wherever its definition is kept. */
export async function startMigration(client: Client, name: string, flags: Flags): Promise<number> {
	const interrupt = stopping(client, name, `\`${command(["migration", "start", name])}\``);
	const begun = await client.call("migration.start", {
		name,
		...(flags.hash !== undefined && { hash: flags.hash }),
		...(flags.accept && { accept: [...flags.accept] }),
		backupTaken: flags.backupTaken ?? false
	});
	const done = begun.streams.reduce((sum, { read }) => sum + read, 0);
	if (!flags.json && done > 0 && begun.phase !== "finished") say(`${shown(name)}: goes on after ${done} records.`);
	return ended(client, await follow(client, name, interrupt), flags, interrupt);
}

/** Says how it ended, or that it goes on without us. */
function ended(client: Client, status: Status, flags: Flags & { file?: string }, interrupt: Interruption): number {
	const few = isFew(status, flags) && !interrupt.seen;
	if (flags.json) printJson(status);
	else print(few ? fewOf(client, status, flags) : storyOf(client, status, flags));
	if (goesOn(client, status, interrupt) || (interrupt.seen && status.phase !== "finished")) return EXIT.interrupted;
	if (few) return fewNeedHand(status) > 0 ? EXIT.human : EXIT.clean;
	return exitOfRun(status, flags);
}

/** The whole story of a migration, for people. */
export const storyOf = (
	client: Pick<Client, "words">,
	status: Status,
	{ url, file, holder }: Flags & { file?: string; holder?: string | undefined }
): string => statusText(status, paper(client), { file, url, holder });

const fewOf = (client: Client, status: Status, given: Flags & { file?: string }): string =>
	fewText(status, paper(client), { file: given.file, url: given.url });

/** A canary is done when it rests: the next run goes on with the others. */
const isFew = ({ phase, failure, running }: Status, { only, limit }: Flags): boolean =>
	(only !== undefined || limit !== undefined) && phase !== "finished" && failure === null && !running;

function beginning(plan: Plan, { phase, running, finishedAt }: Status, done: number): string {
	if (phase === "finished" && !running)
		return `${plan.name}: finished${finishedAt === null ? "" : ` ${clock(finishedAt)}`}. What came after that is seen by \`${command(["migration", "compare", plan.name])}\`.`;
	return done === 0
		? `${plan.name}: begins; ${plan.estimateSeconds} s or so to copy.`
		: `${plan.name}: goes on after ${done} records.`;
}

/**
 * What Ctrl-C does: in this process it stops the run after the batch at hand, at a server only the watching of it.
 * @param again the command that goes on
 */
export const stopping = ({ server }: Client, name: string, again: string): Interruption =>
	interruption(
		server === null
			? `Stopping after the batch at hand; nothing is lost, and ${again} goes on. Once more ends it at once, which is safe too.`
			: `No longer watching: '${name}' goes on at ${server}. See \`${command(["migration", "status", name])}\`; \`${command(["migration", "pause", name])}\` stops it.`,
		`Ended at once; nothing is lost, and ${again} goes on.`
	);

/** True when the server is still at it, and only we have stopped looking. */
export const goesOn = ({ server }: Client, { running }: Status, { seen }: Interruption): boolean =>
	server !== null && seen && running;

/** Watches a migration until it rests, or until it is interrupted. */
export async function follow(client: Client, name: string, interrupt: Interruption): Promise<Status> {
	const progress = progressOn(screen, paint);
	try {
		for (;;) {
			const status = await client.call("migration.status", { name });
			progress.show(status);
			if (!status.running) return status;
			if (interrupt.seen) return client.server === null ? await client.call("migration.halt", { name }) : status;
			await interrupt.pause(client.server === null ? EVERY.near : EVERY.far);
		}
	} finally {
		progress.stop();
	}
}

function canaryOf({ only, limit }: Flags): { only?: string[]; limit?: number } {
	if (limit !== undefined && !/^[1-9]\d*$/.test(limit))
		throw new CommandError(`--limit ${limit}: it is a number over 0.`);
	return { ...(only && { only: [...only] }), ...(limit !== undefined && { limit: Number(limit) }) };
}

/** Why it did not come to its end, for whoever does not read what is printed. */
export const complain = (why: string, { json }: Flags): void => {
	if (json || !process.stdout.isTTY) say(`banyan: ${shown(why)}`);
};

export function exitOfRun({ phase, failure, verdict }: Status, flags: Flags): number {
	if (failure?.code === "PREFLIGHT_REFUSED") {
		complain(failure.message, flags);
		return EXIT.refused;
	}
	if (failure?.code === "FEW_DIFFER") {
		say(`banyan: ${shown(failure.message)}`);
		return EXIT.human;
	}
	if (phase !== "finished" || verdict === null) {
		complain(`${failure?.message ?? "The run stopped."} Nothing is lost: run it again to go on.`, flags);
		return EXIT.broken;
	}
	if (verdict.result === "attention" || (flags.strict && verdict.losses > 0)) return EXIT.human;
	return EXIT.clean;
}
