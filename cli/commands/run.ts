import type { Plan, Status } from "../../contracts/migration/migration";
import type { Client } from "../client";
import { CommandError, type Flags, print, readText, say } from "../command";
import { EXIT } from "../exit";
import { type Interruption, interruption } from "../interruption";
import { bars, silent } from "../progress";
import { planText, statusText } from "../text";

/** How often the status is asked for, in ms: of this process, and of a server. */
const EVERY = { near: 200, far: 500 } as const;

export async function runMigration(client: Client, file: string, flags: Flags): Promise<number> {
	const plan = await client.call("migration.plan", { document: readText(file), look: false });
	if (!plan.ok) {
		print(flags.json ? JSON.stringify(plan) : planText(plan));
		return EXIT.refused;
	}
	const interrupt = stopping(client, plan.name);
	const begun = await client.call("migration.start", {
		name: plan.name,
		...canaryOf(flags),
		...(flags.accept && { accept: [...flags.accept] }),
		backupTaken: flags.backupTaken ?? false
	});
	const done = begun.streams.reduce((sum, { read }) => sum + read, 0);
	if (!flags.json) say(beginning(plan, begun, done));
	const status = await follow(client, plan.name, flags, interrupt);
	print(flags.json ? JSON.stringify(status) : statusText(status));
	return goesOn(client, status, interrupt) ? EXIT.interrupted : ended(status, flags, interrupt);
}

function beginning(plan: Plan, { phase, running, finishedAt }: Status, done: number): string {
	if (phase === "finished" && !running)
		return `${plan.name}: finished at ${finishedAt}. What came after that is seen by \`banyan migration compare ${plan.name}\`.`;
	return done === 0 ? planText(plan) : `${plan.name}: goes on after ${done} records`;
}

/** How a run that is at rest ended. */
function ended(status: Status, flags: Flags, { seen }: Interruption): number {
	if (seen && status.phase !== "finished") {
		say("Interrupted; nothing is lost. Run it again to go on.");
		return EXIT.interrupted;
	}
	if (isCanary(flags) && status.phase !== "finished" && status.failure === null) {
		say("These few are at the target as they should be. Run it without --only and --limit to go on with the rest.");
		return EXIT.clean;
	}
	return exitOfRun(status, flags);
}

/** What Ctrl-C does: in this process it stops the run after the batch at hand, at a server only the watching of it. */
export const stopping = ({ server }: Client, name: string): Interruption =>
	interruption(
		server === null
			? "Stopping after the batch at hand …"
			: `No longer watching: '${name}' goes on at ${server}. See \`banyan migration status ${name}\`; \`banyan migration pause ${name}\` stops it.`
	);

/** True when the server is still at it, and only we have stopped looking. */
export const goesOn = ({ server }: Client, { running }: Status, { seen }: Interruption): boolean =>
	server !== null && seen && running;

export async function follow(client: Client, name: string, { json }: Flags, interrupt: Interruption): Promise<Status> {
	const progress = json ? silent : bars();
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

/** A canary is done when it rests: the next run goes on with the others. */
const isCanary = ({ only, limit }: Flags): boolean => only !== undefined || limit !== undefined;

function canaryOf({ only, limit }: Flags): { only?: string[]; limit?: number } {
	if (limit !== undefined && !/^[1-9]\d*$/.test(limit))
		throw new CommandError(`--limit ${limit}: it is a number over 0.`);
	return { ...(only && { only: [...only] }), ...(limit !== undefined && { limit: Number(limit) }) };
}

export function exitOfRun({ phase, failure, verdict }: Status, { strict }: Flags): number {
	if (failure?.code === "PREFLIGHT_REFUSED") {
		say(`banyan: ${failure.message}`);
		return EXIT.refused;
	}
	if (phase !== "finished" || verdict === null) {
		say(`banyan: ${failure?.message ?? "The run stopped."} Nothing is lost: run it again to go on.`);
		return EXIT.broken;
	}
	if (verdict.result === "attention" || (strict && verdict.losses > 0)) return EXIT.human;
	return EXIT.clean;
}
